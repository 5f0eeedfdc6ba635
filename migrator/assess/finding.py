"""A finding: what a rule says of one place of a host, with evidence and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

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
    """What a rule says of one place of the host. A rule that fires in several places has several
    findings of one id; only ``level``, ``where``, ``evidence`` and ``waiver`` differ among them."""

    id: str  # of the rule; it never changes its meaning
    level: int  # 0 not-checked, 10 info, 20 warning, 30 risk, 40 overridable, 50 blocker
    title: str
    where: str  # a file:line, unit, process or path
    evidence: str  # what was seen there
    why: str  # what it means in a container
    todo: str
    side: str  # where todo is done: source, image or target
    waiver: Waiver | None = None  # who accepted it, and why; such a finding does not count
