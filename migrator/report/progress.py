"""Progress that is seen: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.text import Text

from migrator.progress import Progress, Silent

PLAIN_INTERVAL = 5.0  # seconds between two plain lines


class Plain:
    """A line every few seconds, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._label = ""
        self._begun = self._last = time.monotonic()

    def update(self, done: int, total: int, label: str) -> None:
        now = time.monotonic()
        if label != self._label:
            self._label, self._begun = label, now
        if now - self._last < PLAIN_INTERVAL:
            return
        self._last = now
        rate = done / max(now - self._begun, PLAIN_INTERVAL)
        self._console.print(f"{label}: {_said(done, total, rate)}", markup=False, highlight=False)


def _said(done: int, total: int, rate: float) -> str:
    """What is done, how fast, and how long it still takes. With a total the units are bytes."""
    if not total:
        return f"{done:,} paths, {rate:,.0f}/s"
    left = f", {timedelta(seconds=round((total - done) / rate))} left" if rate else ""
    return f"{100 * done // total}% of {total / 1e6:,.0f} MB, {rate / 1e6:,.1f} MB/s{left}"


class Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.speed or 0.0
        return Text(f"{speed / 1e6:,.1f} MB/s" if task.total else f"{speed:,.0f}/s")


class Bar:
    """One bar on a terminal."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._label = ""
        self._task = bars.add_task("", total=None)

    def update(self, done: int, total: int, label: str) -> None:
        if label != self._label:  # other units: the rate begins anew
            self._label = label
            self._bars.reset(self._task, total=total or None, description=label)
        self._bars.update(self._task, completed=done, total=total or None)


@contextlib.contextmanager
def shown(console: Console) -> Iterator[Progress]:
    """The kind of progress that fits ``console``."""
    if console.quiet:
        yield Silent()
        return
    if not console.is_terminal:
        yield Plain(console)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f}%"),
        Rate(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        yield Bar(bars)
