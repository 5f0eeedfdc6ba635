"""Findings that must be gone: rules that hold for a container as well are asked again there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from migrator.assess import Rule
from migrator.facts import Facts
from migrator.verify.point import ABSENT, Case, Point


def compare(case: Case, rules: Mapping[str, Rule]) -> Iterator[Point]:
    """One point for each rule and place: gone as was promised, or still there, or new."""
    for rule in rules.values():
        if rule.verify:
            yield from _rule(rule, case)


def _rule(rule: Rule, case: Case) -> Iterator[Point]:
    (before, _), (after, unchecked) = _seen(rule, case.source), _seen(rule, case.container)
    for where in dict.fromkeys((*before, *after)):
        was, now = before.get(where, ABSENT), after.get(where, unchecked)
        name = f"{rule.id} {where}"
        if not now:
            yield Point("finding", name, was, ABSENT, "same", f"it is solved: {rule.title}")
            continue
        why = _waived(rule.id, case) or _planned(where, case)
        yield Point("finding", name, was, now, "explained" if why else "different", why)


def _waived(name: str, case: Case) -> str:
    """By whom and why, on the day of the launch."""
    waiver = case.plan.waivers.get(name)
    today = datetime.fromtimestamp(case.launched_at, UTC).date().isoformat()
    if waiver is None or waiver.expires < today:
        return ""
    return f"waived by {waiver.owner} until {waiver.expires}: {waiver.reason}"


def _planned(where: str, case: Case) -> str:
    """Why the plan keeps the unit that the finding is about."""
    choice = case.plan.services.get(where)
    return choice.reason if choice and choice.decision == "keep" else ""


def _seen(rule: Rule, found: Facts) -> tuple[dict[str, str], str]:
    """Place -> what was seen there, and why it could not be checked, "" when it was."""
    findings = rule.findings(found)
    seen = {
        finding.where: finding.evidence or finding.title for finding in findings if finding.level
    }
    lost = [f"not checked: {finding.evidence}" for finding in findings if not finding.level]
    return seen, "".join(lost)
