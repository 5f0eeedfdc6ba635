"""python -m bench.goals.run: every goal in one run, about half an hour; writes docs/performance.md.

python -m bench.goals.run local       only directories of this machine, nothing is written
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.goals import Row, Table, local, remote
from bench.hosts import TOP
from bench.store import fleets
from migrator import __version__

PAGE = TOP / "docs/performance.md"
TOOLS = ("tar", "zstd", "podman", "buildah", "umoci", "restic", "rsync", "ssh")
HEAD = """\
# Performance

Written by `./run bench goals`; change that, not this. Ours and theirs ran in turns in one run, on
the same input, and what counts is the ratio. The hosts are those of the lab's recipes
`large-debian12` and `large2-debian12`, which share a distribution.

"""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.goals.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    options = parser.parse_args()
    measure(options.parts)
    return 0


def measure(parts: Sequence[str] = ()) -> None:
    """Some parts, or all of them and the page."""
    table = Table()
    for name in parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="bench-", dir="/var/tmp") as place:
            PARTS[name](table, Path(place))
    if not parts:
        PAGE.write_text(HEAD + page(table.rows))
        print(f"wrote {PAGE}")


def fleet(table: Table, _: Path) -> None:
    """The worst of the simulated fleets."""
    ahead = max(shares[0] for shares in fleets())
    table.add(Row("20 hosts: package bytes stored", "20 separate images", 0.11, ahead, 1.0, "x"))


def page(rows: list[Row]) -> str:
    head = (
        "| work | against | ours | theirs | ratio | goal | met |\n|---|---|---|---|---|---|---|\n"
    )
    lines = "".join(f"{row}\n" for row in rows)
    met = sum(row.met for row in rows)
    return f"{head}{lines}\n{met} of {len(rows)} goals are met.\n\n{machine()}"


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    lines = [
        f"Machine: {os.cpu_count()} processors, {memory} GB, Linux {platform.release()},",
        f"Python {platform.python_version()}, migrator {__version__}. Others:",
        "; ".join(f"{tool}: {version(tool)}" for tool in TOOLS) + ".",
    ]
    return "\n".join(lines) + "\n"


def version(tool: str) -> str:
    flag = {"ssh": "-V", "restic": "version"}.get(tool, "--version")
    done = subprocess.run([tool, flag], capture_output=True, text=True, check=True)
    return (done.stdout + done.stderr).splitlines()[0].strip()


PARTS: dict[str, Callable[[Table, Path], None]] = {
    "local": local.measure,
    "million": local.million,
    "ssh": remote.measure,
    "fleet": fleet,
}

if __name__ == "__main__":
    sys.exit(main())
