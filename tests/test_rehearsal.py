"""``migrator hooks``: steps are shown in their order, and tried on a target."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import pytest

from migrator import facts, rehearsal
from migrator.carrier import Carrier
from migrator.cli import main
from migrator.plan import Hook, Hooks, Network, PathChoice, RouteChoice
from migrator.plan import file as plan_file
from migrator.workdir import Workdir, make_private, write_json
from tests import builders as make

PLAN = make.plan(
    paths={"/srv": PathChoice("volume"), "/srv:odd": PathChoice("volume")},
    network=Network("old", {}, {"198.51.100.0/24": RouteChoice("10.0.0.1", "a route of old")}),
    hooks=Hooks(
        {"50-mine": Hook(script="mine", where="container"), "10-routes": Hook(on_failure="warn")},
        {"10-report": Hook(reason="why it ended")},
    ),
)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workdir:
    monkeypatch.chdir(tmp_path)
    Path("mine").write_text("#!/bin/sh\necho mine\n")
    Path("inventory.ini").write_text("old migrator_target=dock\ndock ansible_connection=local\n")
    made = Workdir(tmp_path / "work", "old")
    make_private(made.path)
    plan_file.save(made.plan, plan_file.dump(PLAN))
    write_json(made.facts, asdict(make.facts()))
    return made


def test_steps_are_shown_in_their_order(work: Workdir, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hooks", "show", "old", "-i", "inventory.ini", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [(step["hook"], step["name"]) for step in shown] == [
        ("prestart", "10-routes"),
        ("prestart", "50-mine"),
        ("poststop", "10-report"),
    ]
    assert main(["hooks", "show", "old", "-i", "inventory.ini"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[2:]] == [
        ["prestart.d/10-routes", "target"],
        ["prestart.d/50-mine", "container"],
        ["poststop.d/10-report", "target"],
    ]


def test_check_prints_the_scripts(work: Workdir, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hooks", "test", "old", "-i", "inventory.ini", "--check"]) == 0
    printed = capsys.readouterr().out
    assert "==> prestart.d/10-routes <==\n#!/bin/sh\n" in printed
    assert "# a route of old\nroute -4 198.51.100.0/24 10.0.0.1 main\n" in printed
    assert "==> prestart.d/50-mine <==\n#!/bin/sh\necho mine\n" in printed


class Target:
    """Answers as the runtime does."""

    def call(self, program: str, verb: str, params: dict[str, Any]) -> Any:
        self.params = params
        row = {"hook": "prestart", "step": "50-mine", "problem": "exit status 3", "seconds": 0.1}
        return {"steps": [row], "said": ["prestart 50-mine: exit status 3"]}


def test_a_rehearsal_touches_nothing_of_the_real_container(work: Workdir) -> None:
    target = Target()
    found = facts.load(json.loads(work.facts.read_text()))
    tried, _ = rehearsal.rehearse(cast(Carrier, target), work, PLAN, found)
    assert tried[0].problem == "exit status 3"
    params = target.params
    assert params["name"] == "old-rehearsal"
    assert params["volumes"] == ["/srv"], "empty ones, without a name"
    places = {str(Path(file["path"]).parents[0]) for file in params["files"]}
    assert not {place for place in places if "/old/" in f"{place}/"}
    texts = {Path(file["path"]).name: file["content"] for file in params["files"]}
    assert json.loads(texts["steps.json"])["results"] == "/run/old-rehearsal/results"
    assert "/var/lib/migrator/old-rehearsal/reports" in texts["10-report"]


def test_a_step_that_fails_fails_the_test(
    work: Workdir, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrator.cli.hooks.Carrier", lambda _: Target())
    assert main(["hooks", "test", "old", "-i", "inventory.ini"]) == 15
    printed = capsys.readouterr()
    assert "exit status 3" in printed.out
    assert "1 steps failed" in printed.err
