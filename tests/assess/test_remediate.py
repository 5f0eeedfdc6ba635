"""The playbook of findings: what it does, and that no text of a host is ever templated."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from migrator.assess import Finding, Level, Rule, assess, remediate
from migrator.assess.rules import Side, Task
from migrator.facts import Facts
from migrator.plan import Waiver
from tests import builders as make

BIN = Path(sys.executable).parent
HOSTILE = "{{ lookup('pipe', 'id') }} {% raw %} 'q' \"d\" \\ !x &y *z: - #\x1b[2J"


class Loader(yaml.SafeLoader):
    pass


Loader.add_constructor("!unsafe", lambda loader, node: str(loader.construct_scalar(node)))


def rule(name: str, task: Task, side: Side = "source", seen: str = HOSTILE) -> dict[str, Rule]:
    def check(_: Facts) -> Iterator[tuple[str, str]]:
        yield seen, seen

    return {name: Rule(name, Level.RISK, "A thing", "", "", check, side, task, False)}


def copy(dest: object) -> Task:
    def task(finding: Finding) -> dict[str, Any]:
        return {"ansible.builtin.copy": {"dest": str(dest), "content": finding.evidence}}

    return task


def written(rules: dict[str, Rule], **given: Any) -> str:
    judged = assess(make.facts(), host="localhost", rules=rules, **given)
    return remediate.text(remediate.plays(judged, rules), "localhost", "remediate.yml")


def play(path: Path, *words: str) -> str:
    command = [str(BIN / "ansible-playbook"), "-i", "localhost,", "-c", "local", str(path), *words]
    command += ["-e", f"ansible_python_interpreter={sys.executable}"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_does_on_the_host_what_the_rule_says_to_the_letter(tmp_path: Path) -> None:
    path, out = tmp_path / "remediate.yml", tmp_path / "out"
    path.write_text(written(rule("X-1", copy(out))))
    play(path, "--syntax-check")
    assert "changed=1" in play(path, "--check") and not out.exists()
    assert "changed=1" in play(path) and out.read_text() == HOSTILE
    assert "changed=0" in play(path)


@pytest.mark.parametrize(("mode", "status"), [({"mode": "0644"}, 0), ({}, 2)])
def test_a_linter_finds_only_what_a_rule_did_wrong(
    tmp_path: Path, mode: dict[str, str], status: int
) -> None:
    def task(finding: Finding) -> dict[str, Any]:
        return {"ansible.builtin.copy": {"dest": finding.where, "content": "x", **mode}}

    rules = rule("X-1", task, "target", "/etc/x")
    rules |= rule("X-2", lambda _: {"ansible.builtin.raw": "rm /etc/x"}, seen="/etc/x")
    (tmp_path / "remediate.yml").write_text(written(rules))
    command = [str(BIN / "ansible-lint"), "--offline", "-q", "remediate.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == status, done.stdout


@pytest.mark.parametrize("side", ["source", "target", "image"])
def test_plays_are_of_the_side_where_it_is_done(side: Side) -> None:
    rules = rule("X-1", copy("/x"), side)
    judged = assess(make.facts(), host="web", rules=rules)
    places = {"source": ["web"], "target": ["box1"], "image": []}
    assert [play["hosts"] for play in remediate.plays(judged, rules, "box1")] == places[side]


def test_a_target_that_is_not_known_is_given_when_it_runs(tmp_path: Path) -> None:
    path, out = tmp_path / "remediate.yml", tmp_path / "out"
    path.write_text(written(rule("X-1", copy(out), "target")))
    assert "no hosts matched" in play(path)
    assert "changed=1" in play(path, "-e", "target=localhost")


def test_what_is_waived_or_cannot_be_done_is_left_out() -> None:
    waivers = {"X-1": Waiver("known", "ops", "2999-01-01")}
    given: dict[str, Any] = {"waivers": waivers, "today": "2026-01-01"}
    assert yaml.load(written(rule("X-1", copy("/x")), **given), Loader) == []
    assert yaml.load(written(rule("X-1", lambda _: None)), Loader) == []
    assert yaml.load(written(rule("X-1", copy("/x"), seen="\udcff")), Loader) == []


def test_expressions_of_a_rule_stay_expressions() -> None:
    def task(_: Finding) -> dict[str, Any]:
        return {"ansible.builtin.raw": "systemctl stop a", "when": "not ansible_check_mode"}

    shown = written(rule("X-1", task, seen="a.service"))
    assert "when: not ansible_check_mode" in shown
    assert 'ansible.builtin.raw: !unsafe "systemctl stop a"' in shown
    assert "changed_when: true" in shown


@given(st.text())
def test_any_text_arrives_as_it_was(text: str) -> None:
    found = yaml.load(written(rule("X-1", copy("/x"), seen=text)), Loader)
    contents = [task["ansible.builtin.copy"]["content"] for play in found for task in play["tasks"]]
    assert contents == ([text] if text.isascii() or not set(text) & SURROGATES else [])


SURROGATES = {chr(number) for number in range(0xD800, 0xE000)}
