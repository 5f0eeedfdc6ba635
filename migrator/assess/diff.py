"""What changed between two assessments of one host."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from migrator.assess.assessment import Assessment
from migrator.assess.finding import Finding
from migrator.assess.fit import Fit
from migrator.plan import Waiver


@dataclass(frozen=True)
class Change:
    """A finding of one rule at one place that now says something else."""

    before: Finding
    after: Finding


@dataclass(frozen=True)
class Difference:
    host: str
    since: int  # when the host was read for the earlier one, seconds since 1970
    fit_before: Fit
    fit: Fit
    new: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    changed: tuple[Change, ...] = ()  # in level, evidence or waiver

    @property
    def empty(self) -> bool:
        return not (self.new or self.gone or self.changed) and self.fit == self.fit_before


def compare(before: Assessment, after: Assessment) -> Difference:
    """Findings are the same when rule and place are; where a rule has several at one place, the
    ones that say the same are paired first."""
    old, new = _grouped(before.findings), _grouped(after.findings)
    gone, come, changed = [], [], []
    for key in dict.fromkeys((*new, *old)):
        lost, found = _without(old[key], new[key]), _without(new[key], old[key])
        pairs = [Change(*pair) for pair in zip(lost, found, strict=False)]
        changed += pairs
        gone += lost[len(pairs) :]
        come += found[len(pairs) :]
    since = before.summary.taken_at
    return Difference(
        after.host, since, before.fit, after.fit, tuple(come), tuple(gone), tuple(changed)
    )


def _grouped(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.id, finding.where].append(finding)
    return groups


def _without(some: list[Finding], others: list[Finding]) -> list[Finding]:
    """Of ``some``, those that say something else; the words of the rule do not matter."""
    said = {_said(finding) for finding in others}
    return [finding for finding in some if _said(finding) not in said]


def _said(finding: Finding) -> tuple[int, str, Waiver | None]:
    return finding.level, finding.evidence, finding.waiver
