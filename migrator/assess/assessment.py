"""What is said of one host: its fit, findings, sizes, times, needs and connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrator.assess.dependencies import Dependencies
from migrator.assess.finding import Finding, Level
from migrator.assess.fit import Fit
from migrator.assess.minutes import Minutes
from migrator.assess.offers import Offer
from migrator.assess.prediction import Prediction
from migrator.assess.resources import Resource
from migrator.assess.running import Service
from migrator.assess.sizes import Sizes
from migrator.assess.summary import Summary
from migrator.assess.timetable import Timed
from migrator.decode import DecodeError, decode
from migrator.errors import StoreDamaged
from migrator.plan import Waiver

SCHEMA = 1
SIMPLE = (str, int, float, bool, type(None))


@dataclass(frozen=True)
class Assessment:
    """The document ``assessment.json``."""

    schema: int
    host: str  # its name in the inventory
    summary: Summary
    fit: Fit  # by the table above
    findings: tuple[Finding, ...]  # the most serious first, then by id and place
    sizes: Sizes
    prediction: Prediction | None  # null where not even the sizes are known
    resources: tuple[Resource, ...]
    minutes: Minutes
    dependencies: Dependencies
    offers: tuple[Offer, ...]  # by port
    services: tuple[Service, ...]  # by name
    jobs: tuple[Timed, ...]
    target: str = ""  # the host of the inventory that was checked as its target, or ""

    def blockers(self, waivers: Mapping[str, Waiver], today: str) -> list[Finding]:
        """Findings that stop a migration, by the waivers of today (ISO 8601)."""
        valid = {name for name, waiver in waivers.items() if today <= waiver.expires}
        return [f for f in self.findings if f.level >= Level.BLOCKER and f.id not in valid]

    def at_least(self, level: int) -> list[Finding]:
        """Findings of ``level`` or above that are not waived."""
        return [f for f in self.findings if f.level >= level and not f.waiver]

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = as_json(self)
        return document

    @classmethod
    def from_json(cls, document: Any) -> Assessment:
        """Raises StoreDamaged for another schema or a malformed document."""
        again = "run 'migrator assess' again"
        schema = document.get("schema") if isinstance(document, dict) else None
        if schema != SCHEMA:
            raise StoreDamaged(f"an assessment has schema {schema!r}, not {SCHEMA}", again)
        try:
            return decode(cls, document)
        except DecodeError as error:
            raise StoreDamaged(f"an assessment is malformed: {error}", again) from error


def as_json(record: Any) -> Any:
    """A record as JSON has it, where tuples are lists; much quicker than dataclasses.asdict."""
    if isinstance(record, SIMPLE):
        return record
    if isinstance(record, tuple):
        plain = not record or isinstance(record[0], SIMPLE)
        return list(record) if plain else [as_json(item) for item in record]
    if isinstance(record, dict):
        return {key: as_json(value) for key, value in record.items()}
    return {name: as_json(value) for name, value in vars(record).items()}
