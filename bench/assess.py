"""assess of a fleet: how long many hosts take from saved facts, and how much memory."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from bench import fleet
from bench.hosts import TOP

COUNTS = (10, 100, 1000)  # memory that grows with them would be seen


def measure(_: int) -> None:
    with tempfile.TemporaryDirectory() as path:
        files = fleet.files(COUNTS[-1], Path(path) / "facts")
        size = sum(file.stat().st_size for file in files)
        print(f"{len(files):,} hosts, {size / len(files) / 1e3:,.0f} kB of facts each")
        for count in COUNTS:
            work = Path(path) / f"work{count}"
            seconds, processor, peak = _timed(files[:count], work)
            made = json.loads((work / "fleet.json").read_text())
            print(
                f"{count:5,} hosts {seconds:6.1f} s  {count / seconds:4.0f} hosts/s"
                f"  {1000 * processor / count:4.0f} ms of processor each"
                f"  {peak >> 20:4} MB at most  {len(made['edges']):,} connections"
                f" in {len(made['waves'])} waves",
                flush=True,
            )


def _timed(files: list[Path], work: Path) -> tuple[float, float, int]:
    """Wall time and processor time in seconds of one command and its children, and bytes of memory
    of the largest of them."""
    command = [sys.executable, "-m", "migrator.cli", "assess", "--work", str(work), "--facts"]
    begun = time.monotonic()
    child = os.fork()
    if not child:
        os.chdir(TOP)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.execv(command[0], [*command, *map(str, files)])
    _, status, used = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)} failed with {status}")
    return time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss << 10
