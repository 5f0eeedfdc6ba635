"""The judgement of the whole: fit, waivers, and a document that follows its schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from migrator import facts
from migrator.assess import Assessment, Finding, Level, assess, document, fit
from migrator.errors import PlanInvalid, StoreDamaged
from migrator.facts import Failure
from migrator.plan import Waiver
from tests import builders as make
from tests import hosts

WAIVER = Waiver("guests are gone", "ops", "2027-01-01")
VIRTUAL = make.facts(units=(make.unit("libvirtd.service"),))


def finding(level: int, waiver: Waiver | None = None) -> Finding:
    return Finding("X-1", level, "", "", "", "", "", "source", waiver)


@pytest.mark.parametrize(
    ("level", "complete", "incomplete"),
    [
        (Level.NOT_CHECKED, "ready", "not-enough-data"),
        (Level.INFO, "ready", "not-enough-data"),
        (Level.WARNING, "ready-with-changes", "not-enough-data"),
        (Level.RISK, "ready-with-changes", "not-enough-data"),
        (Level.OVERRIDABLE, "needs-work", "not-enough-data"),
        (Level.BLOCKER, "keep-as-vm", "keep-as-vm"),
    ],
)
def test_fit_is_the_first_row_of_the_table_that_holds(
    level: Level, complete: str, incomplete: str
) -> None:
    assert fit.of([finding(Level.INFO), finding(level)], complete=True) == complete
    assert fit.of([finding(Level.INFO), finding(level)], complete=False) == incomplete
    assert fit.of([finding(level, WAIVER)], complete=True) == "ready"


@pytest.mark.parametrize(
    ("failure", "live", "complete"),
    [
        (Failure("network.listeners", "denied", "x"), True, False),
        (Failure("network", "failed", "x"), True, False),
        (Failure("network.listeners", "absent", "x"), True, False),
        (Failure("network.listeners", "absent", "x"), False, True),
        (Failure("packages", "failed", "x"), False, False),
        (Failure("packages", "limited", "x"), True, True),
        (Failure("network.routes", "failed", "x"), True, True),
    ],
)
def test_facts_are_complete_without_what_only_a_running_host_has(
    failure: Failure, live: bool, complete: bool
) -> None:
    assert fit.complete(make.facts(failures=(failure,), live=live)) is complete


def test_a_waived_finding_is_shown_and_does_not_count() -> None:
    judged = assess(VIRTUAL, waivers={"KRN-10": WAIVER}, today="2027-01-01")
    assert judged.fit != "keep-as-vm"
    (waived,) = [finding for finding in judged.findings if finding.id == "KRN-10"]
    assert waived.waiver == WAIVER and waived.level == Level.BLOCKER
    assert waived not in judged.at_least(Level.INFO)


def test_a_waiver_that_has_expired_is_a_finding() -> None:
    judged = assess(VIRTUAL, waivers={"KRN-10": WAIVER}, today="2027-01-02")
    assert judged.fit == "keep-as-vm"
    (expired,) = [finding for finding in judged.findings if finding.id == "WVR-01"]
    assert (expired.level, expired.where) == (Level.WARNING, "KRN-10")
    assert expired.evidence == "2027-01-01, ops: guests are gone"


def test_a_waiver_of_no_finding_is_refused_by_the_known_ones() -> None:
    with pytest.raises(PlanInvalid, match=r"'KRN-99'.*known are .*KRN-10.*WVR-01"):
        assess(VIRTUAL, waivers={"KRN-99": WAIVER}, today="2027-01-01")


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_golden_hosts_are_judged_by_the_schema(name: str, tmp_path: Path) -> None:
    found = facts.load(hosts.document(name, tmp_path))
    judged = assess(found, host=name, today="2026-11-24")
    written = json.loads(json.dumps(judged.to_json()))
    jsonschema.validate(written, json.loads(document.json_schema()))
    assert Assessment.from_json(written) == judged


@pytest.mark.parametrize("wrong", [None, {}, {"schema": 0}, {"schema": 1, "host": "a"}])
def test_another_document_is_refused_with_what_to_do(wrong: object) -> None:
    with pytest.raises(StoreDamaged) as caught:
        Assessment.from_json(wrong)
    assert caught.value.hint == "run 'migrator assess' again"
