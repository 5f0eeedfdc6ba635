"""A lab host to measure on, and how to reach it."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lab import state

TOP = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Place:
    """A directory for results, with the inventory of one running lab host."""

    path: Path
    host: state.Host

    @property
    def inventory(self) -> Path:
        return self.path / "inventory.yml"


@contextlib.contextmanager
def booted(recipe: str, kind: str, path: Path, name: str = "bench") -> Iterator[Place]:
    """A host of its own for the measurement, gone afterwards."""
    lab("up", recipe, "--kind", kind, "--as", name)
    try:
        host = state.find(name)
        assert host, f"{name} is up"
        place = Place(path, host)
        place.inventory.write_text(lab("inventory"))
        yield place
    finally:
        lab("down", name)


def migrator(stage: str, place: Place, *more: str) -> None:
    given = ["-i", str(place.inventory), "--work", str(place.path / "work"), *more]
    command = [sys.executable, "-m", "migrator.cli", stage, place.host.name, *given]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True)


def lab(*arguments: str) -> str:
    command = [sys.executable, "-m", "lab", *arguments]
    return subprocess.run(command, cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout


@contextlib.contextmanager
def watching(look: Callable[[], None], every: float) -> Iterator[None]:
    """Meanwhile ``look`` is called again and again, ``every`` so many seconds."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(every):
            look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def timed(work: Callable[[], None]) -> float:
    """Wall time in seconds."""
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def processors() -> float:
    """Seconds of all processors that this process and its ended descendants took."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)
