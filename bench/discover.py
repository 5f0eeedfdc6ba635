"""discover against Ansible's own setup module, on the same host over the same connection."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.hosts import TOP, Place, watching
from lab import container, state


@dataclass(frozen=True)
class Run:
    seconds: float
    sent: int  # bytes to the host
    received: int  # bytes from the host
    peak: int  # bytes of memory of the program on the host


def measure(place: Place, rounds: int) -> None:
    """Both as Ansible tasks; they alternate, the best of each counts."""
    work = place.path / "work"
    stage = f"stage=discover refresh=true work={work}"
    ways: dict[str, Callable[[], Run]] = {
        "ansible setup": lambda: _run(place, "setup", "gather_subset=all"),
        "migrator discover": lambda: _run(place, "migrator_stage", stage),
    }
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            runs[name].append(way())
    best = {name: min(found, key=lambda run: run.seconds) for name, found in runs.items()}
    for name, run in best.items():
        print(
            f"{name:18} {run.seconds:5.2f} s   {run.sent:10,} bytes sent"
            f" {run.received:10,} received   {run.peak / (1 << 20):4.0f} MB on the source"
        )
    ours, theirs = best["migrator discover"], best["ansible setup"]
    print(
        f"ratio of times     {ours.seconds / theirs.seconds:5.2f}   (below 1 is quicker than setup)"
    )


def _run(place: Place, module: str, arguments: str) -> Run:
    command = [str(Path(sys.executable).parent / "ansible"), place.host.name, "-m", module]
    command += ["-i", str(place.inventory), "-a", arguments]
    before = traffic(place.host)
    with peak_on(place.host) as peak:
        begun = time.monotonic()
        subprocess.run(command, cwd=TOP, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        seconds = time.monotonic() - begun
    sent, received = (now - then for now, then in zip(traffic(place.host), before, strict=True))
    return Run(seconds, sent, received, max(peak))


def traffic(host: state.Host) -> tuple[int, int]:
    """(to the host, from it) in bytes, by the counters of its link."""
    counters = Path("/sys/class/net") / host.link / "statistics"
    return int((counters / "tx_bytes").read_text()), int((counters / "rx_bytes").read_text())


@contextlib.contextmanager
def peak_on(host: state.Host) -> Iterator[list[int]]:
    """Bytes that a Python started meanwhile on the host had resident at most, by the kernel's mark.

    The processes of a lab container are ours to see; those of a virtual machine are not.
    """
    peaks = [0]
    inside = container.namespace(host) if host.kind == "container" else ""
    known = set(_pythons(inside))

    def look() -> None:
        for process in set(_pythons(inside)) - known if inside else ():
            with contextlib.suppress(OSError, IndexError):
                status = (process / "status").read_text()
                peaks.append(int(status.split("VmHWM:")[1].split()[0]) << 10)

    with watching(look, every=0.01):
        yield peaks


def _pythons(namespace: str) -> Iterator[Path]:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            there = str((process / "ns/mnt").readlink()) == namespace
            if there and (process / "comm").read_text().startswith("python"):
                yield process
