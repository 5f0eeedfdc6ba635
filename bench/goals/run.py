"""python -m bench.goals.run: every goal in one run, about 20 minutes; writes docs/performance.md.

python -m bench.goals.run local             only directories of this machine, nothing is written
python -m bench.goals.run --small           all of it on small hosts, nothing is written
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.goals import SMALL, Row, Size, Table, local, remote
from bench.hosts import TOP
from bench.store import fleets
from lab.recipe import LabError
from migrator import __version__
from migrator.errors import MigratorError

PAGE = TOP / "docs/performance.md"
TOOLS = ("tar", "zstd", "podman", "buildah", "umoci", "restic", "rsync", "ssh")
HEAD = """\
# Performance

Written by `./run bench goals`; change that, not this. Ours and theirs ran in turns in one run, on
the same input, and what counts is the ratio. The hosts are those of the lab's recipes
`large-debian12` and `large2-debian12`, which share a distribution.

"""
FAILURES = (AssertionError, LabError, MigratorError, OSError, subprocess.SubprocessError)
WAYS = """\
Ours is `migrator snapshot --refresh` and `migrator build`, two commands with all that they load,
from the host to a finished image with ledger, digests, SBOM and the search for secrets. The
commands of the others are in [peers.py](../bench/goals/peers.py). One part alone, without this
page: `python -m bench.goals.run local` (or `million`, `ssh`, `fleet`).
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.goals.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    return measure(options.parts, SMALL if options.small else Size())


def measure(parts: Sequence[str] = (), size: Size | None = None) -> int:
    """Some parts, or all of them and the page. A part that fails takes no other with it, and the
    page names it; the exit status tells."""
    table, begun = Table(), time.monotonic()
    waiting, broken = list(parts or PARTS), list[str]()

    def keep() -> None:
        PAGE.write_text(HEAD + page(table, broken, waiting, time.monotonic() - begun))

    whole = not parts and size in (None, Size())
    if whole:
        table.keep = keep
    while waiting:
        if not _part(waiting[0], table, size or Size()):
            broken.append(waiting[0])
        del waiting[0]
    if whole:
        keep()
        print(f"wrote {PAGE}")
    return 1 if broken else 0


def _part(name: str, table: Table, size: Size) -> bool:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/var/tmp") as place:
        try:
            PARTS[name](table, Path(place), size)
        except FAILURES:
            traceback.print_exc()
            return False
    print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
    return True


def fleet(table: Table, _: Path, __: Size) -> None:
    """The worst of the simulated fleets."""
    ahead = max(shares[0] for shares in fleets())
    table.add(Row("20 hosts: package bytes stored", "20 separate images", 0.11, ahead, 1.0, "x"))


def page(table: Table, broken: Sequence[str], waiting: Sequence[str], seconds: float) -> str:
    """``waiting``: parts that are not done; the page of a run that ends early names them."""
    rows = table.rows
    head = (
        "| work | against | ours | theirs | ratio | goal | met |\n|---|---|---|---|---|---|---|\n"
    )
    lines = "".join(f"{row}\n" for row in rows)
    missed = [f"- {_missed(row)}" for row in rows if not row.met]
    missed += [f"- The part `{name}` failed: what it did not reach is not here." for name in broken]
    missed += [f"- The run ended before the part `{name}` did." for name in waiting]
    verdict = f"{sum(row.met for row in rows)} of {len(rows)} goals are met."
    verdict += " Not met:\n\n" + "\n".join(missed) if missed else ""
    notes = "".join(f"\n{note}\n" for note in table.notes)
    return f"{head}{lines}{notes}\n{verdict}\n\n{WAYS}\n{machine(seconds)}"


def _missed(row: Row) -> str:
    return f"{row.work}, against {row.against}: {row.ratio:.2f} instead of {row.goal:g}."


def machine(seconds: float) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    lines = [
        f"Machine: {os.cpu_count()} processors, {memory} GB, Linux {platform.release()},",
        f"Python {platform.python_version()}, migrator {__version__}. Others:",
        "; ".join(f"{tool}: {version(tool)}" for tool in TOOLS) + ".",
        f"The run took {seconds / 60:.0f} minutes; the load average of the last quarter of an hour",
        f"was {os.getloadavg()[2]:.1f} at its end, its own work included.",
    ]
    return "\n".join(lines) + "\n"


def version(tool: str) -> str:
    flag = {"ssh": "-V", "restic": "version"}.get(tool, "--version")
    done = subprocess.run([tool, flag], capture_output=True, text=True, check=True)
    return (done.stdout + done.stderr).splitlines()[0].strip()


PARTS: dict[str, Callable[[Table, Path, Size], None]] = {
    "local": local.measure,
    "million": local.million,
    "ssh": remote.measure,
    "fleet": fleet,
}

if __name__ == "__main__":
    sys.exit(main())
