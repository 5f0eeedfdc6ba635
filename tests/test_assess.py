"""What holds for every rule and every assessment; the rules themselves are in tests/assess/."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.assess import RULES, Assessment, Level, Rule, assess
from migrator.assess.rules import Evidence
from migrator.facts import Facts, Failure
from migrator.facts.services import Service
from migrator.facts.storage import FstabLine
from migrator.plan import Waiver
from tests import assess as families
from tests import builders as make

TOP = Path(__file__).resolve().parents[1]
DEVICE = FstabLine("/etc/fstab:2", "UUID=1-2", "/srv", "ext4", "defaults", "UUID=1-2 /srv ext4")
FSTAB = {"fstab": (DEVICE,)}
HYPERVISOR = (make.unit("libvirtd.service"),)
ENGINE = (Service("containers", "kubelet", "running", ""),)


def test_every_rule_has_one_case() -> None:
    modules = pkgutil.iter_modules(families.__path__, "tests.assess.")
    cases = [id for m in modules for id in vars(importlib.import_module(m.name)).get("CASES", ())]
    assert sorted(cases) == sorted(RULES)


def listening(found: Facts) -> Iterator[Evidence]:
    for listener in found.network.listeners:
        yield f"{listener.process}", f"port {listener.port}"


LISTENING = Rule("X-01", Level.RISK, "", "", "", listening, "source", None, verify=False)


@pytest.mark.parametrize(
    ("lost", "level"),
    [
        (Failure("network", "failed", "x"), Level.NOT_CHECKED),
        (Failure("network.listeners", "absent", "x"), Level.NOT_CHECKED),
        (Failure("network.listeners", "limited", "x"), None),
        (Failure("network.routes", "absent", "x"), None),
        (Failure("net", "absent", "x"), None),
    ],
)
def test_what_was_not_looked_at_does_not_pass_for_fine(lost: Failure, level: Level | None) -> None:
    found = LISTENING.findings(make.facts(failures=(lost,)))
    assert [finding.level for finding in found] == ([] if level is None else [level])


def test_what_fires_is_said_although_facts_are_missing() -> None:
    lost = Failure("network.listeners", "denied", "x")
    host = make.facts(network={"listeners": (make.listener(8080),)}, failures=(lost,))
    assert [finding.level for finding in LISTENING.findings(host)] == [Level.RISK]


def test_fit_follows_the_highest_level() -> None:
    assert assess(make.facts(system={"machine_id": ""})).fit == "ready"
    assert assess(make.facts(storage=FSTAB)).fit == "ready-with-changes"
    assert assess(make.facts(services=ENGINE)).fit == "needs-work"
    assert assess(make.facts(units=HYPERVISOR)).fit == "keep-as-vm"


def test_nothing_is_promised_on_half_of_the_facts() -> None:
    broken = make.facts(failures=(Failure("units", "failed", "systemctl: timed out"),))
    assert assess(broken).fit == "not-enough-data"
    assert assess(make.facts(privileged=False)).fit == "not-enough-data"


def test_a_waived_blocker_blocks_no_more() -> None:
    judged = assess(make.facts(units=HYPERVISOR))
    assert [finding.id for finding in judged.blockers({}, "2026-12-31")] == ["KRN-10"]
    waived = {"KRN-10": Waiver("guests are gone", "ops", "2027-01-01")}
    assert judged.blockers(waived, "2027-01-01") == []
    assert judged.blockers(waived, "2027-01-02") != [], "it has expired"


def test_most_serious_first_and_the_same_again_from_json() -> None:
    judged = assess(make.facts(units=HYPERVISOR, storage=FSTAB))
    levels = [finding.level for finding in judged.findings]
    assert levels == sorted(levels, reverse=True)
    assert Assessment.from_json(judged.to_json()) == judged
    assert Level(judged.findings[0].level).word == "blocker"


def test_levels_are_frozen() -> None:
    assert {level.word: int(level) for level in Level} == {
        "not-checked": 0,
        "info": 10,
        "warning": 20,
        "risk": 30,
        "overridable": 40,
        "blocker": 50,
    }


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("findings", "findings.md"),
        ("assessment", "assessment.md"),
        ("schema", "assessment.schema.json"),
        ("fleet", "fleet.schema.json"),
    ],
)
def test_what_is_written_of_assessments_is_fresh(form: str, name: str) -> None:
    command = [sys.executable, "-m", "migrator.assess.document", form]
    written = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True).stdout
    assert written == (TOP / "docs" / name).read_text(), (
        f"run: {' '.join(command[1:])} > docs/{name}"
    )
