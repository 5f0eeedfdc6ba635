"""Findings that someone accepted, by id, with a reason and until a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from migrator.assess.finding import Finding, Level
from migrator.errors import PlanInvalid
from migrator.plan import Waiver

EXPIRED = Finding(
    id="WVR-01",
    level=Level.WARNING,
    title="A waiver has expired",
    where="",
    evidence="",
    why="What was accepted until then counts again.",
    todo="Solve the finding, or agree with the owner on a new day in the plan's waivers.",
    side="source",
)


def waive(
    findings: Sequence[Finding], waivers: Mapping[str, Waiver], today: str, known: Collection[str]
) -> list[Finding]:
    """``findings``, the waived ones marked, and one for each waiver that has expired. ``today`` is
    ISO 8601. Raises PlanInvalid for the id of no rule."""
    for name in waivers:
        if name not in known:
            hint = f"known are {', '.join(sorted(known))}"
            raise PlanInvalid(f"a waiver names {name!r}, which is no finding", hint)
    valid = {name: waiver for name, waiver in waivers.items() if today <= waiver.expires}
    marked = [replace(finding, waiver=valid.get(finding.id)) for finding in findings]
    expired = [
        replace(EXPIRED, where=name, evidence=f"{waiver.expires}, {waiver.owner}: {waiver.reason}")
        for name, waiver in waivers.items()
        if name not in valid
    ]
    return marked + expired
