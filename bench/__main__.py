"""Measure against the plain ways, side by side on the same lab host in one run.

./run bench                        everything
./run bench discover --kind vm     one subject, on a virtual machine instead of a container
./run bench assess                 a thousand hosts from saved facts
./run bench cutover                downtime under load, beside rsync and tar
./run bench launch                 launch beside podman run, bytes of a second host, an upgrade
./run bench goals                  all goals of snapshot and image; writes docs/performance.md
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import assess, cutover, discover, launch, snapshot
from bench.goals import run as goals
from bench.hosts import booted

ON_A_HOST = {"discover": discover.measure, "snapshot": snapshot.measure}


def _goals(_: argparse.Namespace) -> None:
    if goals.measure():
        sys.exit(1)


ALONE: dict[str, Callable[[argparse.Namespace], None]] = {
    "assess": lambda options: assess.measure(options.rounds),
    "cutover": lambda options: cutover.measure(options.rounds, options.kind),
    "launch": lambda options: launch.measure(options.rounds),
    "goals": _goals,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [*ON_A_HOST, *ALONE]
    parser.add_argument("subjects", nargs="*", choices=[*names, []], help=", ".join(names))
    parser.add_argument("--kind", choices=["container", "vm"], default="container")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for name in options.subjects or names:
        print(f"== {name}", flush=True)
        if name in ALONE:
            ALONE[name](options)
            continue
        with (
            tempfile.TemporaryDirectory() as path,
            booted("legacy-debian11", options.kind, Path(path)) as place,
        ):
            ON_A_HOST[name](place, options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
