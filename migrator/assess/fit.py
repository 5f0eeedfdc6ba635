"""The fit of a host: one class, which follows from its findings by a table alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from migrator.assess.finding import Finding, Level
from migrator.facts import Facts

Fit = Literal["ready", "ready-with-changes", "needs-work", "keep-as-vm", "not-enough-data"]
# Subjects without which nothing is sure.
NEEDED = ("units", "packages", "storage.mounts", "network.listeners")


@dataclass(frozen=True)
class Row:
    """A line of the table: ``fit`` when a finding that is not waived has ``level`` or more."""

    fit: Fit
    level: Level
    complete: bool  # True: it holds only for a host whose facts are complete
    meaning: str


# The first row that holds is the fit.
TABLE = (
    Row("keep-as-vm", Level.BLOCKER, False, "Something stands in the way: solve or waive it."),
    Row("needs-work", Level.OVERRIDABLE, True, "A decision or work is needed before it can move."),
    Row("ready-with-changes", Level.WARNING, True, "It can move; read what will be different."),
    Row("ready", Level.NOT_CHECKED, True, "It can move as it is."),
    Row("not-enough-data", Level.NOT_CHECKED, False, "Facts are missing: discover again as root."),
)


def of(findings: Iterable[Finding], complete: bool) -> Fit:
    """Findings that are waived do not count. A blocker counts whatever else is not known."""
    highest = max((finding.level for finding in findings if not finding.waiver), default=0)
    held = (row.fit for row in TABLE if highest >= row.level and (complete or not row.complete))
    return next(held)


def complete(found: Facts) -> bool:
    """A disk is complete without what only a running host has."""
    missing = {
        failure.subject
        for failure in found.failures
        if failure.kind != "limited" and (found.live or failure.kind != "absent")
    }
    parts = {name.partition(".")[0] for name in NEEDED}
    return found.privileged and missing.isdisjoint({*NEEDED, *parts})
