"""The role assess on saved facts: what its variables do, and what it answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import hosts

TOP = Path(__file__).resolve().parents[1]
WAIVER = {"reason": "it is moved last", "owner": "ops", "expires": "2999-01-01"}
WAIVERS = {"STO-11": WAIVER}  # what blocks it
ANSWER = [
    "answer.result.fit == 'keep-as-vm'",
    "'INI-01' in answer.result.findings",
    "answer.result.counts.blocker >= 1",
    "answer.result.waived == []",
]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hosts")
    (place / "work/el6").mkdir(parents=True)
    (place / "work/el6/facts.json").write_text(json.dumps(hosts.document("el6", place)))
    return place / "work"


def play(
    work: Path, play: dict[str, Any], *words: str, **variables: Any
) -> subprocess.CompletedProcess[str]:
    path = work.parent / "play.yml"
    path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, **play}]))
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        "-i",
        "el6,",
        str(path),
        *words,
    ]
    command += ["-e", json.dumps({"migrator_work": str(work), **variables})]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(TOP / "ansible.cfg")}
    environment["ANSIBLE_ROLES_PATH"] = str(TOP / "roles")
    return subprocess.run(
        command, cwd=TOP, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_findings_are_an_answer_with_parts(work: Path) -> None:
    stage = {"stage": "assess", "work": str(work)}
    tasks = [
        {"migrator_stage": stage, "register": "answer"},
        {"ansible.builtin.assert": {"that": ANSWER}},
    ]
    done = play(work, {"tasks": tasks})
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("variables", "failed"),
    [
        ({}, 0),
        ({"migrator_fail_on": "blocker"}, 1),
        ({"migrator_fail_on": "blocker", "migrator_choices": {"waivers": WAIVERS}}, 0),
    ],
)
def test_the_role_fails_on_what_is_not_waived(
    work: Path, variables: dict[str, Any], failed: int
) -> None:
    done = play(work, {"roles": ["assess"]}, **variables)
    assert f"failed={failed}" in done.stdout, done.stdout + done.stderr
    assert ("exit_code: 10" in done.stdout) is bool(failed), done.stdout


def test_a_level_that_is_none_is_refused_by_the_role(work: Path) -> None:
    done = play(work, {"roles": ["assess"]}, migrator_fail_on="high")
    assert "value of assess_fail_on must be one of" in done.stdout


def test_rules_of_ones_own_reach_the_role(work: Path, tmp_path: Path) -> None:
    rule = {"id": "ACM-01", "level": "info", "title": "T", "why": "W", "todo": "D"}
    rule |= {"match": {"each": "system"}, "evidence": "{hostname}"}
    (tmp_path / "own.yml").write_text(yaml.safe_dump([rule]))
    done = play(work, {"roles": ["assess"]}, migrator_rules=str(tmp_path))
    assert "failed=0" in done.stdout, done.stdout
    judged = json.loads((work / "el6/assessment.json").read_text())
    assert "ACM-01" in {finding["id"] for finding in judged["findings"]}


def test_the_role_asks_the_target(work: Path) -> None:
    """This machine is the target; in check mode nothing is started there."""
    local = {"migrator_check_target": True, "migrator_target": "localhost"}
    done = play(work, {"roles": ["assess"]}, "--check", ansible_connection="local", **local)
    assert "failed=0" in done.stdout, done.stdout
    assert "el6 -> localhost" in done.stdout
    assert not (work / "el6/target.json").exists(), "a check writes nothing"


def test_a_host_without_a_target_is_told_so(work: Path) -> None:
    done = play(work, {"roles": ["launch"]})
    assert "no target is known for el6: set migrator_target" in done.stdout, done.stdout
