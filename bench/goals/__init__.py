"""The goals of snapshot and image: we and others on the same input in one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MB = 1 << 20


@dataclass(frozen=True)
class Size:
    """What is measured on: two recipes of the lab that share a distribution, and the many files of
    which only the memory counts."""

    one: str = "large-debian12"
    two: str = "large2-debian12"
    many: int = 1_000_000


SMALL = Size("plain-debian12", "web-debian12", 20_000)  # to try the measurement itself


@dataclass(frozen=True)
class Row:
    """One goal: ``ours`` divided by ``theirs`` is to be at most ``goal``."""

    work: str
    against: str
    goal: float
    ours: float
    theirs: float
    unit: str = "s"  # or MB

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    @property
    def met(self) -> bool:
        return self.ratio <= self.goal

    def __str__(self) -> str:
        values = [f"{value:,.1f} {self.unit}" for value in (self.ours, self.theirs)]
        verdict = "yes" if self.met else "**no**"
        cells = [self.work, self.against, *values, f"{self.ratio:.3f}", f"{self.goal:g}", verdict]
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


@dataclass
class Table:
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # beside the goals, a sentence each
    keep: Callable[[], None] = lambda: None  # what there is so far

    def add(self, row: Row) -> None:
        """Each is shown and kept as soon as it is known: all of them take a while."""
        self.rows.append(row)
        print(row, flush=True)
        self.keep()

    def note(self, text: str) -> None:
        self.notes.append(text)
        print(text, flush=True)
