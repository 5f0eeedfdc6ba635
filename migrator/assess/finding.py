"""What an assessment says: findings, each with a level, evidence and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

from migrator.decode import decode
from migrator.plan import Waiver


class Level(IntEnum):
    """The numbers are part of every saved assessment and never change their meaning."""

    NOT_CHECKED = 0
    INFO = 10
    WARNING = 20
    RISK = 30
    OVERRIDABLE = 40
    BLOCKER = 50

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True)
class Finding:
    """``where`` is a file:line, unit, process or path; ``evidence`` is what was seen there."""

    id: str  # never changes its meaning
    level: int  # a Level
    title: str
    where: str
    evidence: str
    why: str  # what it means in a container
    todo: str
    side: str  # where todo is done: source, image or target


@dataclass(frozen=True)
class Assessment:
    """``fit``: not-enough-data, keep-as-vm, needs-work, ready-with-changes or ready."""

    host: str
    fit: str
    findings: tuple[Finding, ...]

    def blockers(self, waivers: dict[str, Waiver], today: str) -> list[Finding]:
        """Findings that stop a migration until they are solved or waived; ``today`` is ISO 8601."""
        valid = {name for name, waiver in waivers.items() if today <= waiver.expires}
        return [f for f in self.findings if f.level >= Level.BLOCKER and f.id not in valid]

    def to_json(self) -> dict[str, Any]:
        document = asdict(self)
        document["findings"] = [asdict(finding) for finding in self.findings]
        return document

    @classmethod
    def from_json(cls, document: Any) -> Assessment:
        return decode(cls, document)


FITS = (
    (Level.BLOCKER, "keep-as-vm"),
    (Level.OVERRIDABLE, "needs-work"),
    (Level.WARNING, "ready-with-changes"),
)


def fit(findings: Sequence[Finding], complete: bool) -> str:
    """The class that the highest level means; nothing is promised on half of the facts."""
    if not complete:
        return "not-enough-data"
    highest = max((finding.level for finding in findings), default=0)
    return next((name for level, name in FITS if highest >= level), "ready")
