"""The hosts of a screen: each with its assessment or its error, its desk made when it is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from migrator.assess import Assessment, Finding, Level
from migrator.report import words
from migrator.screen.desk import Desk
from migrator.screen.views import Row

LEVELS = (Level.BLOCKER, Level.OVERRIDABLE, Level.RISK, Level.WARNING, Level.INFO)
COUNTS = ("blk", "ovr", "rsk", "wrn", "inf")  # findings of these levels
COLUMNS = ("host", "fit", *COUNTS, "size", "downtime", "error")


@dataclass(frozen=True)
class Opened:
    """``judged`` is None for a host that has an ``error`` instead."""

    name: str
    judged: Assessment | None
    error: str = ""


class Hosts:
    """``make`` gives the desk of a host; it may raise MigratorError."""

    def __init__(self, opened: Sequence[Opened], make: Callable[[str], Desk]) -> None:
        self._opened = {one.name: one for one in opened}
        self._make = make
        self.desks: dict[str, Desk] = {}

    def names(self) -> list[str]:
        return list(self._opened)

    def desk(self, name: str) -> Desk:
        if name not in self.desks:
            self.desks[name] = self._make(name)
        return self.desks[name]

    def failed(self, name: str, error: str) -> None:
        self._opened[name] = replace(self._opened[name], error=error)

    def unsaved(self) -> list[Desk]:
        return [desk for desk in self.desks.values() if desk.unsaved]

    def findings(self) -> list[Finding]:
        """Of all hosts."""
        known = [one.judged for one in self._opened.values() if one.judged]
        return [finding for judged in known for finding in judged.findings]

    def rows(self, level: int, family: str) -> Iterator[Row]:
        """Hosts with a finding of ``level`` or above and of ``family``, if these are given."""
        for name, one in self._opened.items():
            judged = self.desks[name].judged if name in self.desks else one.judged
            if judged is None:
                blank = ("",) * (len(COLUMNS) - 3)
                yield Row(name, (name, "failed", *blank, one.error), (("error", one.error),))
                continue
            fitting = [
                finding
                for finding in judged.at_least(level)
                if not family or words.family(finding.id) == family
            ]
            if fitting or not (level or family):
                yield Row(name, self._cells(name, judged), self._detail(judged, one.error))

    def _cells(self, name: str, judged: Assessment) -> tuple[str, ...]:
        counts = Counter(finding.level for finding in judged.findings if not finding.waiver)
        changed = " *" if name in self.desks and self.desks[name].unsaved else ""
        numbers = (str(counts[level]) for level in LEVELS)
        size = words.size(judged.sizes.image + judged.sizes.volumes)
        likely = judged.prediction and words.duration(judged.prediction.downtime.likely)
        return (name + changed, judged.fit, *numbers, size, likely or "?", "")

    def _detail(self, judged: Assessment, error: str) -> tuple[tuple[str, str], ...]:
        summary, sizes = judged.summary, judged.sizes
        parts = f"{words.size(sizes.image)} in the image, {words.size(sizes.volumes)} on volumes"
        downtime = words.between(judged.prediction.downtime if judged.prediction else None)
        said = (("system", f"{summary.os}, {summary.init}"), ("size", parts))
        failed = (("error", error),) if error else ()
        return (*failed, *said, ("downtime", downtime))
