"""A tree on this machine into the store, against tar and zstd into a bare file, in one run.

python -m bench.store /mnt/old 3      a mounted disk, three rounds
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.hosts import processors
from migrator import fleet, snapshot
from migrator.address import Address
from migrator.carrier import Carrier
from migrator.facts import Facts
from migrator.facts.packages import Package, Packages
from migrator.progress import Silent
from migrator.store import Store
from migrator.transport import connect
from migrator.workdir import Workdir, make_private
from tests import builders
from tests.test_fleet import optimum, simulated, stored


def measure(tree: Path, rounds: int) -> None:
    """Ratios to tar | zstd of the same round: of the clock, then of the processors' time."""
    found = _facts(tree)
    layout = fleet.layout(fleet.sizes(found.packages), [], [])
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as place:
            _round(tree, found, layout, Path(place))
    _fleet()


def _round(tree: Path, found: Facts, layout: fleet.Layout, place: Path) -> None:
    archive = place / "plain.tar.zst"
    command = f"tar --xattrs -C '{tree}' -cf - . | zstd -q -1 -T1 -o '{archive}'"
    plain = _timed(lambda: subprocess.run(["bash", "-c", command], check=True))
    print(_line("tar | zstd -1", plain, archive.stat().st_size))
    work = Workdir(place / "work", "one")

    def take(host: str) -> Callable[[], object]:
        target = Workdir(work.root, host)
        make_private(target.path)
        return lambda: _take(tree, found, layout, target)

    for label, host in (("first", "one"), ("again", "one"), ("another host, the same", "two")):
        before = _size(work)
        done = _timed(take(host))
        print(_line(label, done, _size(work) - before, plain))
    copy = place / "day2"
    subprocess.run(["cp", "-a", f"{tree}/.", copy], check=True)
    _take(copy, found, layout, Workdir(work.root, "day2"))
    before = _size(work)
    for number, path in enumerate(sorted(copy.rglob("*"))):
        if number % 100 == 0 and path.is_file() and not path.is_symlink():
            with path.open("ab") as handle:
                handle.write(b"changed\n")
    done = _timed(lambda: _take(copy, found, layout, Workdir(work.root, "day2")))
    print(_line("again, 1% changed", done, _size(work) - before, plain))
    print(f"store {_size(work) >> 20:,} MB\n")


def _take(tree: Path, found: Facts, layout: fleet.Layout, work: Workdir) -> None:
    make_private(work.path)
    with connect(Address(name="here", connection="local")) as connection:
        source = Carrier(connection)
        given = builders.facts(root=str(tree), packages={"installed": found.packages.installed})
        snapshot.take(source, builders.plan(), given, work, Silent(), layout)


def _facts(tree: Path) -> Facts:
    """The packages of a Debian tree, as its database says."""
    database = tree / "var/lib/dpkg/status"
    rows = []
    for stanza in (database.read_text() if database.exists() else "").split("\n\n"):
        fields = dict(re.findall(r"(?m)^([A-Za-z-]+):[ \t]*(.*)$", stanza))
        if "Version" in fields:
            size = int(fields.get("Installed-Size", 1)) << 10
            given = (fields["Package"], fields["Version"], fields["Architecture"], "installed")
            rows.append(Package(*given, size=size))
    return builders.facts(packages={"installed": Packages(tuple(rows)).installed})


def _size(work: Workdir) -> int:
    store = Store(work.store)
    return sum(store.sizes().values()) if store.blobs.exists() else 0


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """(seconds, seconds of processors)."""
    before, begun = processors(), time.monotonic()
    work()
    return time.monotonic() - begun, processors() - before


def _line(
    label: str, done: tuple[float, float], size: int, plain: tuple[float, float] | None = None
) -> str:
    ratio = f"{done[0] / plain[0]:5.2f} {done[1] / plain[1]:5.2f}" if plain else ""
    return f"{label:<24} {done[0]:6.1f} s {done[1]:6.1f} CPU s {size >> 20:>6,} MB added  {ratio}"


def _fleet() -> None:
    """20 hosts of one distribution: stored as part of 20 separate images."""
    print("20 hosts, package layers     known ahead   one by one   one layer a package")
    for seed, (ahead, one, least) in enumerate(fleets()):
        print(f"fleet {seed}                      {ahead:11.3f} {one:12.3f} {least:12.3f}")


def fleets() -> Iterator[tuple[float, float, float]]:
    """Of five simulated fleets: known ahead, one host by one, one layer a package."""
    for seed in range(5):
        hosts = simulated(seed)
        yield stored(hosts, ahead=True)[0], stored(hosts, ahead=False)[0], optimum(hosts)


def main() -> None:
    measure(Path(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else 1)


if __name__ == "__main__":
    main()
