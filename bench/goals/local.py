"""Directories of this machine: two hosts of one distribution, one of which changes a little."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.goals import MB, Row, Size, Table
from bench.goals.ours import Ours, measured
from bench.goals.peers import Peers
from bench.hosts import processors, timed
from bench.tree import grow
from lab.recipe import load
from lab.rootfs import rootfs

IMAGE = "first snapshot of a local tree to an image"
# One file of a hundred gets a line more: "1% changed".
CHANGE = r"""find . -xdev -type f -size -1024k -print0 | sort -z |
    awk 'BEGIN { RS = ORS = "\0" } NR % 100 == 0' |
    while IFS= read -r -d '' path; do echo changed >> "$path"; done"""


def measure(table: Table, place: Path, size: Size) -> None:
    with writable(size.one) as one, writable(size.two) as two:
        ours = Ours(place / "work", roots={"one": one, "two": two})
        peers = Peers(place)
        for host in ours.roots:
            ours.prepared(host)
        first = _first(table, ours, peers, one)
        again = timed(partial(ours.image, "one"))
        theirs = timed(partial(peers.restic, one, "one"))
        table.add(Row("the same again", "restic", 0.15, again, theirs))
        _second(table, ours, peers, two, _alone(place, two))
        _day_two(table, ours, peers, one)
        rebuilt = timed(partial(ours.rebuilt, "one"))
        table.add(Row("rebuild after a change of the plan", "our first", 0.05, rebuilt, first))
        for label, goal, way in (  # the slowest last; a line more in 1% of files is nothing to them
            ("umoci insert", 0.30, peers.umoci),
            ("buildah copy, commit", 0.10, peers.buildah),
            ("`tar | podman import`, `podman save`", 0.10, peers.podman),
        ):
            table.add(Row(IMAGE, label, goal, first, timed(partial(way, one))))


def _first(table: Table, ours: Ours, peers: Peers, tree: Path) -> float:
    subprocess.run(f"tar -C {tree} -cf - . | cat >/dev/null", shell=True, check=True)  # warm caches
    begun = processors()
    plain = timed(partial(peers.tar_zstd, tree))
    between = processors()
    first, memory = measured(partial(ours.image, "one"))
    ended = processors()
    table.add(Row(IMAGE, "`tar | zstd -1` to a file", 0.8, first, plain))
    table.note(
        f"Of that row in seconds of processors: {ended - between:.1f} and {between - begun:.1f},"
        f" {(ended - between) / (between - begun):.2f} times."
    )
    table.add(Row(IMAGE, "restic", 0.30, first, timed(partial(peers.restic, tree, "one"))))
    count = sum(len(names) for _, _, names in os.walk(tree))
    table.add(
        Row(f"memory of the controller, {count:,} files", "150 MB", 1, memory / MB, 150, "MB")
    )
    return first


def _alone(place: Path, tree: Path) -> float:
    """The second host in a store of its own."""
    ours = Ours(place / "alone", roots={"two": tree})
    ours.prepared("two")
    return timed(partial(ours.image, "two"))


def _second(table: Table, ours: Ours, peers: Peers, tree: Path, alone: float) -> None:
    before, kept = ours.size(), peers.restic_size()
    seconds = timed(partial(ours.image, "two"))
    theirs = timed(partial(peers.restic, tree, "two"))
    sizes = (ours.size() - before) / MB, (peers.restic_size() - kept) / MB
    table.add(Row("second host of the distribution", "restic", 0.40, seconds, theirs))
    table.add(Row("second host of the distribution", "alone in a store", 0.35, seconds, alone))
    table.add(Row("second host: bytes added", "restic", 1.0, *sizes, "MB"))


def _day_two(table: Table, ours: Ours, peers: Peers, tree: Path) -> None:
    subprocess.run(["bash", "-c", CHANGE], cwd=tree, check=True)
    before, kept = ours.size(), peers.restic_size()
    ours.image("one")
    peers.restic(tree, "one")
    sizes = (ours.size() - before) / MB, (peers.restic_size() - kept) / MB
    table.add(Row("1% changed: bytes added", "restic", 1.0, *sizes, "MB"))


def million(table: Table, place: Path, size: Size) -> None:
    """The controller's memory with a million files."""
    tree = place / "million"
    (tree / "etc").mkdir(parents=True)
    (tree / "etc/os-release").write_text("ID=debian\nVERSION_ID=12\n")
    grow(tree, size.many)
    ours = Ours(place / "work", roots={"million": tree})
    ours.prepared("million")
    _, memory = measured(partial(ours.image, "million"))
    what = f"memory of the controller, {size.many:,} files"
    table.add(Row(what, "400 MB", 1, memory / MB, 400, "MB"))


@contextlib.contextmanager
def writable(recipe: str) -> Iterator[Path]:
    """The root file system of a recipe, to be changed: an overlay that is gone afterwards."""
    lower = rootfs(load(recipe), print)
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/var/tmp") as place:
        for name in ("upper", "work", "merged"):
            Path(place, name).mkdir()
        options = f"lowerdir={lower},upperdir={place}/upper,workdir={place}/work"
        merged = Path(place, "merged")
        subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", merged], check=True)
        try:
            yield merged
        finally:
            subprocess.run(["umount", merged], check=True)
