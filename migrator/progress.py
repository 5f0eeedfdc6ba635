"""Progress of long work: a bar on a terminal, plain lines elsewhere, nothing in Ansible."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

PLAIN_INTERVAL = 5.0  # seconds between two plain lines


class Progress(Protocol):
    def update(self, done: int, total: int, label: str) -> None:
        """``done`` of ``total`` units are finished; ``total`` 0 means unknown."""
        ...


class Silent:
    def update(self, done: int, total: int, label: str) -> None:
        return


class Plain:
    """A line every few seconds, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = time.monotonic()

    def update(self, done: int, total: int, label: str) -> None:
        now = time.monotonic()
        if now - self._last < PLAIN_INTERVAL:
            return
        self._last = now
        part = f"{100 * done // total}%" if total else f"{done:,}"
        self._console.print(f"{label}: {part}", markup=False, highlight=False)


class Bar:
    """One bar on a terminal."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task("", total=None)

    def update(self, done: int, total: int, label: str) -> None:
        self._bars.update(self._task, completed=done, total=total or None, description=label)


@contextlib.contextmanager
def shown(console: Console) -> Iterator[Progress]:
    """The kind of progress that fits ``console``."""
    if not console.is_terminal:
        yield Plain(console)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        yield Bar(bars)
