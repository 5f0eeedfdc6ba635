"""Compare source and container point by point: pure functions, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from migrator.assess import RULES, Rule
from migrator.entries import Entry, Unreadable
from migrator.facts import Facts
from migrator.plan import Plan
from migrator.verify import (
    agents,
    behaviour,
    facts,
    files,
    findings,
    jobs,
    outside,
    programs,
    units,
)
from migrator.verify.point import Case, Point, Verdict, allowed, summary
from migrator.verify.probes import Probes

__all__ = ["Point", "Verdict", "compare", "summary"]


def compare(
    *,
    source: Facts,
    before: Probes,
    container: Facts,
    after: Probes,
    plan: Plan,
    image: dict[str, Any],
    launched_at: int,
    rows: Iterable[dict[str, Any]],
    tree: Iterable[Entry | Unreadable],
    rules: Mapping[str, Rule] = RULES,
) -> Verdict:
    """Every point; one that differs without a reason in the plan or the adaptations is wrong.
    Those of ``rules`` that hold for a container as well are asked there again."""
    changed = {change["path"]: change["reason"] for change in image["changes"]}
    case = Case(source, before, container, after, plan, changed, launched_at)
    points = (
        *units.compare(case),
        *facts.listeners(case),
        *facts.routes(case),
        *facts.mounts(case),
        *behaviour.compare(case),
        *outside.compare(case),
        *agents.compare(case),
        *programs.compare(case),
        *facts.compare(case),
        *jobs.compare(case),
        *findings.compare(case, rules),
        *files.compare(case, rows, tree),
    )
    return Verdict(plan.host, tuple(allowed(point, plan) for point in points))
