"""Decisions: what they make of the plan and of the fit, undo, the draft, and the file."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from migrator.assess import Level
from migrator.errors import PlanInvalid
from migrator.plan import file as plan_file
from migrator.progress import Silent
from migrator.screen import decisions, views
from migrator.screen.desk import Desk
from migrator.stages.assess import judge
from migrator.stages.context import Context
from migrator.workdir import Workdir
from tests import hosts

HOST = "debian12live"
LATER = (date.today() + timedelta(days=9)).isoformat()


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> str:
    return json.dumps(hosts.document(HOST, tmp_path_factory.mktemp("hosts")))


@pytest.fixture
def work(facts: str, tmp_path: Path) -> Workdir:
    made = Workdir(tmp_path / "work", HOST)
    made.path.mkdir(parents=True)
    made.facts.write_text(facts)
    return made


def opened(work: Workdir) -> Desk:
    return Desk(Context(work, check=False, refresh=False, progress=Silent()), judge)


def test_each_decision_is_one_entry_of_the_plan(work: Workdir) -> None:
    desk = opened(work)
    name = next(row.key for row in views.services(desk) if row.cells[0] == "keep")
    decisions.decide(desk, "services", name, {"plan": "disable", "reason": "not there"})
    decisions.decide(desk, "paths", "/opt", {"plan": "volume", "reason": "data"})
    decisions.decide(desk, "paths", "", {"path": "/opt/x/", "plan": "secret", "reason": "key"})
    decisions.decide(desk, "ports", "", {"inside": "99/udp", "target": "9900", "reason": "why"})
    decisions.decide(desk, "settings", "jobs", {"jobs": "released"})
    decisions.decide(desk, "settings", "identity machine_id", {"identity machine_id": "reset"})
    plan = desk.plan
    assert plan.services[name].decision == "disable"
    assert (plan.paths["/opt"].decision, plan.paths["/opt/x"].decision) == ("volume", "secret")
    assert plan.ports["99/udp"].target == 9900
    assert (plan.jobs, plan.identity.machine_id) == ("released", "reset")
    assert next(row for row in views.services(desk) if row.key == name).cells[0] == "disable"
    decisions.take_back(desk, "ports", "99/udp")
    assert "99/udp" not in desk.plan.ports


def test_a_path_changes_the_sizes(work: Workdir) -> None:
    document = json.loads(work.facts.read_text())
    document["storage"]["mounts"][0]["used"] = 5 << 20
    work.facts.write_text(json.dumps(document))
    desk = opened(work)
    before = desk.judged.sizes
    largest = max(before.directories, key=lambda one: one.size)
    decisions.decide(desk, "paths", largest.path, {"plan": "exclude", "reason": "old"})
    assert desk.judged.sizes.excluded >= before.excluded + largest.size > before.excluded


def test_waivers_change_the_fit_and_undo_brings_it_back(work: Workdir) -> None:
    desk = opened(work)
    before = desk.judged.fit
    values = {"reason": "known", "owner": "ops", "expires": LATER}
    for name in {finding.id for finding in desk.judged.at_least(Level.WARNING)}:
        decisions.decide(desk, "findings", f"{name} 0", values)
    assert desk.judged.fit != before
    assert not desk.judged.at_least(Level.WARNING)
    while desk.undoable:
        desk.undo()
    assert (desk.judged.fit, desk.unsaved) == (before, False)
    assert not work.plan_draft.exists()


@pytest.mark.parametrize(
    ("view", "key", "values"),
    [
        ("findings", "KRN-01 0", {"reason": "", "owner": "ops", "expires": LATER}),
        ("findings", "KRN-01 0", {"reason": "a", "owner": "ops", "expires": "2001-01-01"}),
        ("findings", "KRN-01 0", {"reason": "a", "owner": "ops", "expires": "soon"}),
        ("findings", "ZZZ-01 0", {"reason": "a", "owner": "ops", "expires": LATER}),
        ("ports", "80/tcp", {"target": "0", "reason": ""}),
        ("ports", "", {"inside": "80", "target": "80", "reason": ""}),
        ("paths", "", {"path": "opt", "plan": "image", "reason": ""}),
        ("services", "a.service", {"plan": "burn", "reason": ""}),
    ],
)
def test_what_cannot_be_changes_nothing(
    work: Workdir, view: str, key: str, values: dict[str, str]
) -> None:
    desk = opened(work)
    before = desk.mapping
    with pytest.raises(PlanInvalid):
        decisions.decide(desk, view, key, values)
    assert desk.mapping == before
    assert not desk.unsaved


def test_what_is_saved_is_what_was_shown(work: Workdir) -> None:
    desk = opened(work)
    assert desk.diff() == []
    decisions.cycle(desk, "settings", "jobs")
    assert {"-jobs: held", "+jobs: released"} <= set(desk.diff())
    assert work.plan_draft.stat().st_mode & 0o777 == 0o600
    text, plan = desk.text(), desk.plan
    desk.save()
    assert work.plan.read_text() == text
    assert plan_file.load(work.plan, HOST) == plan
    assert plan_file.read(work.plan_defaults) == desk.proposed
    assert not desk.unsaved
    assert not work.plan_draft.exists()
    assert opened(work).plan == plan


def test_a_draft_is_laid_over_the_plan_as_it_is_now(work: Workdir) -> None:
    opened(work).save()
    decisions.cycle(opened(work), "settings", "jobs")  # and its process ends
    other = plan_file.read(work.plan)
    plan_file.save(work.plan, {**other, "stop_timeout": 555})
    desk = opened(work)
    assert desk.has_draft()
    desk.take_draft()
    assert (desk.plan.jobs, desk.plan.stop_timeout) == ("released", 555)


def test_a_plan_that_another_one_saved_is_noticed(work: Workdir) -> None:
    desk = opened(work)
    desk.save()
    decisions.cycle(desk, "settings", "jobs")
    assert not desk.changed_on_disk()
    plan_file.save(work.plan, {**plan_file.read(work.plan), "stop_timeout": 555})
    assert desk.changed_on_disk()
    desk.merge_disk()
    assert (desk.plan.jobs, desk.plan.stop_timeout) == ("released", 555)
    assert not desk.changed_on_disk()
    assert "+jobs: released" in desk.diff()
    desk.save()
    assert plan_file.load(work.plan, HOST) == desk.plan
