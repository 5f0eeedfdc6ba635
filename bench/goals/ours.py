"""Our own stages as commands, as a user gives them, and what they take."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.hosts import TOP, timed, watching
from migrator.store import Store

EVERY = 0.2  # seconds between two looks at the memory


@dataclass(frozen=True)
class Ours:
    """``given``: how the hosts are reached, for every command; ``roots``: host -> mounted disk."""

    work: Path
    given: tuple[str, ...] = ()
    roots: dict[str, Path] = field(default_factory=dict)

    def prepared(self, host: str) -> None:
        """What comes before a snapshot and is not measured here."""
        for stage in ("discover", "assess", "plan"):
            self._stage(stage, host)

    def image(self, host: str) -> None:
        """From the host to a finished image in the store."""
        self._stage("snapshot", host, "--refresh")
        self._stage("build", host)

    def rebuilt(self, host: str) -> None:
        """The image again, after a change of the plan."""
        plan = self.work / host / "plan.yml"
        text = plan.read_text()
        changed = text.replace("stop_timeout: ", "stop_timeout: 1", 1)
        assert changed != text, f"{plan} has a stop_timeout"
        plan.write_text(changed)
        self._stage("build", host)

    def size(self) -> int:
        """Bytes of the store."""
        store = Store(self.work / "store")
        return sum(store.sizes().values()) if store.blobs.exists() else 0

    def _stage(self, stage: str, host: str, *more: str) -> None:
        root = ["--root", str(self.roots[host])] if host in self.roots and _reads(stage) else []
        command = [sys.executable, "-m", "migrator.cli", stage, host, "--work", str(self.work)]
        done = subprocess.run(
            [*command, *root, *self.given, *more], cwd=TOP, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"


def _reads(stage: str) -> bool:
    return stage in ("discover", "snapshot")


@contextlib.contextmanager
def memory() -> Iterator[list[int]]:
    """Bytes that this process's descendants had together at most. What a process shares, as the
    workers do with who forked them, counts in proportion: together once."""
    peaks = [0]

    def look() -> None:
        peaks[0] = max(peaks[0], sum(map(_proportional, _descendants(os.getpid()))))

    with watching(look, EVERY):
        yield peaks


def _proportional(pid: int) -> int:
    """Bytes of a process, 0 for one that has ended."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        if found := re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE):
            return int(found[1]) << 10
    return 0


def _descendants(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                yield child
                yield from _descendants(child)


def measured(work: Callable[[], None]) -> tuple[float, int]:
    """(seconds, bytes of memory at most)."""
    with memory() as peaks:
        seconds = timed(work)
    return seconds, peaks[0]
