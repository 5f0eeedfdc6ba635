"""Judgement: rules over facts. No I/O; the same facts always give the same assessment."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.assess import (
    addresses,
    applications,
    databases,
    dependencies,
    fit,
    identity,
    init,
    jobs,
    kernel,
    listeners,
    log_files,
    logs,
    minutes,
    mounts,
    network,
    network_names,
    network_services,
    oddities,
    offers,
    prediction,
    release,
    remote,
    resources,
    resources_needed,
    running,
    security,
    services,
    sizes,
    storage,
    summary,
    system,
    target,
    timetable,
    usage,
)
from migrator.assess.assessment import SCHEMA, Assessment
from migrator.assess.finding import Finding, Level
from migrator.assess.placement import Placement
from migrator.assess.prediction import Measured
from migrator.assess.rules import RULES, Rule
from migrator.assess.waivers import EXPIRED, waive
from migrator.facts import Facts
from migrator.facts.target import Target
from migrator.plan import Plan, Waiver
from migrator.plan.propose import propose

__all__ = ["RULES", "Assessment", "Finding", "Level", "Measured", "Rule", "assess"]
# Importing them registers rules.
SUBJECTS = (
    *(kernel, init, release, resources_needed),
    system,
    *(storage, mounts, remote, usage, oddities, databases),
    *(network, addresses, network_names, listeners, network_services),
    services,
    applications,
    identity,
    jobs,
    security,
    *(logs, log_files),
    target,
)


def assess(
    found: Facts,
    plan: Plan | None = None,
    *,
    host: str = "",
    waivers: Mapping[str, Waiver] | None = None,
    today: str = "",
    measured: Measured | None = None,
    rules: Mapping[str, Rule] = RULES,
    on: Target | None = None,
) -> Assessment:
    """Judge ``found``; every finding, the most serious first.

    ``plan`` decides what is taken, by default as it would be proposed. ``waivers`` are by id of
    the finding, and hold until ``today`` (ISO 8601). ``measured`` is a copy that was made before.
    ``on`` is the target that the container is for, where it was read.
    """
    host = host or found.system.fqdn
    plan = plan or propose(found, host)
    size = sizes.of(found, plan)
    needs = resources.of(found, size)
    seen = [finding for rule in rules.values() for finding in rule.findings(found)]
    if on:
        pair = Placement(found, on, plan, size, needs)
        seen += [finding for rule in rules.values() for finding in rule.against(pair)]
    findings = waive(seen, waivers or {}, today, {*rules, EXPIRED.id})
    findings.sort(key=lambda finding: (-finding.level, finding.id, finding.where))
    return Assessment(
        schema=SCHEMA,
        host=host,
        summary=summary.of(found),
        fit=fit.of(findings, fit.complete(found)),
        findings=tuple(findings),
        sizes=size,
        prediction=prediction.of(plan, size, measured),
        resources=needs,
        minutes=minutes.of(found),
        dependencies=dependencies.of(found),
        offers=offers.of(found, plan),
        services=running.of(found, plan),
        jobs=timetable.of(found),
        target=on.name if on else "",
    )
