"""Lab hosts over ssh: the first snapshot, the same again, a day later, and a second host."""

from __future__ import annotations

import contextlib
import shlex
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.discover import peak_on, traffic
from bench.goals import MB, Row, Size, Table
from bench.goals.local import CHANGE
from bench.goals.ours import Ours
from bench.goals.peers import Peers
from bench.hosts import Place, booted, lab, timed

NAMES = ("bench-one", "bench-two")


def measure(table: Table, place: Path, size: Size) -> None:
    with hosts(place, size) as (one, two):
        address = one.host.address
        ours = Ours(place / "work", given=("-i", str(two.inventory)))  # of both
        peers = Peers(place)
        for host in NAMES:
            ours.prepared(host)
        peers.ssh_tar(address)  # warm caches
        plain = timed(partial(peers.ssh_tar, address))
        with peak_on(one.host) as peak:
            first = timed(partial(ours.image, "bench-one"))
        table.add(Row("first snapshot over ssh", "`ssh tar | zstd -1`", 1.0, first, plain))
        table.add(Row("memory on the source", "60 MB", 1, max(peak) / MB, 60, "MB"))
        again = timed(partial(ours.image, "bench-one"))
        peers.rsync(address)
        nothing = timed(partial(peers.rsync, address))
        table.add(Row("again over ssh, nothing changed", "rsync", 0.5, again, nothing))
        lab("ssh", "bench-one", f"cd / && bash -c {shlex.quote(CHANGE)}")
        changed = timed(partial(ours.image, "bench-one"))
        theirs = timed(partial(peers.rsync, address))
        theirs += timed(partial(peers.podman, place / "rsync"))
        table.add(
            Row("again over ssh, 1% changed", "rsync, tar, podman image", 0.1, changed, theirs)
        )
        _second(table, ours, two, place)


def _second(table: Table, ours: Ours, two: Place, place: Path) -> None:
    fresh = Ours(place / "alone", ours.given)
    fresh.prepared("bench-two")
    figures = []
    for way in (fresh, ours):
        before, size = traffic(two.host)[1], way.size()
        seconds = timed(partial(way.image, "bench-two"))
        figures.append((seconds, traffic(two.host)[1] - before, way.size() - size))
    alone, shared = figures
    what, against = "second host over ssh", "alone in a store"
    table.add(Row(f"{what}: time", against, 0.35, shared[0], alone[0]))
    table.add(Row(f"{what}: bytes received", against, 0.35, shared[1] / MB, alone[1] / MB, "MB"))
    table.add(Row(f"{what}: bytes stored", against, 0.35, shared[2] / MB, alone[2] / MB, "MB"))


@contextlib.contextmanager
def hosts(place: Path, size: Size) -> Iterator[tuple[Place, Place]]:
    with contextlib.ExitStack() as stack:
        places = []
        for name, recipe in zip(NAMES, (size.one, size.two), strict=True):
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=place)))
            places.append(stack.enter_context(booted(recipe, "container", path, name)))
        yield places[0], places[1]
