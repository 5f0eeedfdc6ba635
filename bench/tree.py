"""How many records a second the agent's walk sends, and what memory it takes.

python -m bench.tree --files 1000000 --place /var/tmp/tree --python python3.11 --python python2.7
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from migrator import bundle
from migrator.agent import frames

FANOUT = 100  # directories in each of as many directories


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.tree")
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--place", type=Path, help="keep the tree there and use it again")
    parser.add_argument("--python", action="append", help="default: the one that runs this")
    options = parser.parse_args()
    place = options.place or Path(tempfile.mkdtemp(prefix="bench-tree-"))
    try:
        grow(place, options.files)
        for python in options.python or [sys.executable]:
            measure(python, place)
    finally:
        if not options.place:
            shutil.rmtree(place)
    return 0


def grow(place: Path, files: int) -> None:
    """``files`` empty files in FANOUT x FANOUT directories, unless they are there."""
    for number in range(FANOUT * FANOUT):
        directory = place / f"dir{number // FANOUT:02}/sub{number % FANOUT:02}"
        if not directory.exists():
            directory.mkdir(parents=True)
            for file in range(files // FANOUT // FANOUT):
                (directory / f"file-{file:04}.dat").touch()


def measure(python: str, place: Path) -> None:
    """Wall and processor time, and the peak memory of the agent alone."""
    params = {"root": str(place)}
    request, package = bundle.request("agent", params), len(bundle.pack("agent"))
    boot = (bundle.HERE / "boot.py").read_text()
    sizes = [str(package), str(len(request) - package)]
    command = [python, "-E", "-s", "-c", boot, "migrator.agent.main", "tree", *sizes]
    begun = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as agent:
        assert agent.stdin and agent.stdout
        agent.stdin.write(request)
        agent.stdin.close()
        sent, end = 0, b""
        while piece := os.read(agent.stdout.fileno(), frames.CHUNK):
            sent += len(piece)
            end = (end + piece)[-frames.COUNT.size :]
        _, status, usage = os.wait4(agent.pid, 0)
        agent.returncode = os.waitstatus_to_exitcode(status)
    wall, processor = time.monotonic() - begun, usage.ru_utime + usage.ru_stime
    count = frames.unpack_count(end)
    print(
        f"{python}: {count:,} records in {wall:.1f} s, {count / wall:,.0f}/s"
        f" ({processor:.1f} s of processor time), {sent / 1e6:.1f} MB sent,"
        f" peak {usage.ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
