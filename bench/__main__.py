"""Compare a snapshot with the plain way, ssh tar | gzip, on the same lab host in the same run.

./run bench             a systemd container; --kind vm for a virtual machine
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lab import state

TOP = Path(__file__).resolve().parents[1]
HOST = "bench"
LEFT_OUT = ("./proc", "./sys", "./dev", "./run", "./tmp", "./boot", "./usr/lib/modules")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("--kind", choices=["container", "vm"], default="container")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    lab("up", "legacy-debian11", "--kind", options.kind, "--as", HOST)
    try:
        with tempfile.TemporaryDirectory() as place:
            compare(Path(place), options.rounds)
    finally:
        lab("down", HOST)
    return 0


def compare(place: Path, rounds: int) -> None:
    """The ways alternate, so that both meet the same caches and the same noise; best of each."""
    address = next(host.address for host in state.hosts() if host.name == HOST)
    inventory = place / "inventory.yml"
    inventory.write_text(lab("inventory"))
    for stage in ("discover", "assess", "plan"):
        migrator(stage, place, inventory)
    plain: list[float] = []
    ours: list[float] = []
    for _ in range(rounds):
        plain.append(timed(lambda: tar(address, place / "plain.tar.gz")))
        ours.append(timed(lambda: migrator("snapshot", place, inventory, "--refresh")))
    size = sum(path.stat().st_size for path in (place / "work/store").rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    archive = (place / "plain.tar.gz").stat().st_size
    print(f"ssh tar | gzip -1   {min(plain):6.1f} s   {archive:,} bytes")
    print(f"migrator snapshot   {min(ours):6.1f} s   {size:,} bytes, ledger and digests included")
    print(f"ratio               {min(ours) / min(plain):6.2f}   (below 1 is quicker than tar)")
    print(f"peak memory of the largest process on the controller: {peak / 1024:.0f} MB")


def tar(address: str, archive: Path) -> None:
    known, key = f"UserKnownHostsFile={state.KNOWN_HOSTS}", str(state.KEY)
    left_out = " ".join(f"--exclude='{path}/*'" for path in LEFT_OUT)
    remote = f"tar -C / --xattrs --acls --numeric-owner {left_out} -cf - ."
    ssh = ["ssh", "-o", known, "-i", key, f"root@{address}", remote]
    with archive.open("wb") as output, subprocess.Popen(ssh, stdout=subprocess.PIPE) as source:
        subprocess.run(["gzip", "-1"], stdin=source.stdout, stdout=output, check=True)


def migrator(stage: str, place: Path, inventory: Path, *more: str) -> None:
    given = ["-i", str(inventory), "--work", str(place / "work"), *more]
    command = [sys.executable, "-m", "migrator.cli", stage, HOST, *given]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True)


def timed(work: Callable[[], None]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def lab(*arguments: str) -> str:
    command = [sys.executable, "-m", "lab", *arguments]
    return subprocess.run(command, cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
