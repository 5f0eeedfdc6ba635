"""Judgement: rules over facts. No I/O; the same facts always give the same assessment."""

from __future__ import annotations

from migrator.assess import jobs, network, security, services, storage, system
from migrator.assess.finding import Assessment, Finding, Level, fit
from migrator.assess.rules import RULES
from migrator.facts import Facts

__all__ = ["RULES", "Assessment", "Finding", "Level", "assess"]
SUBJECTS = (system, storage, services, jobs, network, security)  # importing them registers rules
NEEDED = (
    "units",
    "packages",
    "storage.mounts",
    "network.listeners",
)  # subjects without which nothing is sure


def assess(found: Facts) -> Assessment:
    """Every finding, the most serious first."""
    findings = [finding for rule in RULES.values() for finding in rule.findings(found)]
    findings.sort(key=lambda finding: (-finding.level, finding.id, finding.where))
    missing = {failure.subject for failure in found.failures} & set(NEEDED)
    return Assessment(
        host=found.system.fqdn,
        fit=fit(findings, complete=found.privileged and not missing),
        findings=tuple(findings),
    )
