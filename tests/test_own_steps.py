"""Steps that people bring: programs and lists of Ansible tasks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from migrator import hooks
from migrator.errors import PlanInvalid
from migrator.hooks.volumes import Volumes
from migrator.plan import Hook, Hooks
from tests import builders as make


def rendered(**hook: Any) -> dict[str, str]:
    mine = make.plan(hooks=Hooks({"50-mine": Hook(**hook)}, {}))
    return hooks.render(mine, make.facts(), Volumes())


def test_a_step_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("#!/bin/sh\necho mine\n")
    assert rendered(script=str(tmp_path / "mine")) == {
        "prestart.d/50-mine": "#!/bin/sh\necho mine\n"
    }


def test_tasks_of_ones_own_run_on_the_target_by_its_ansible(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(
        "---\n- name: Say\n  ansible.builtin.copy:\n    content: |\n"
        "      {{ lookup('env', 'MIGRATOR_NAME') }}\n\n      two\n"
        f"    dest: {tmp_path}/said\n"
    )
    step = tmp_path / "step"
    step.write_text(rendered(script=str(tmp_path / "mine.yml"))["prestart.d/50-mine"])
    step.chmod(0o755)
    ansible = Path(sys.executable).parent
    given = {**os.environ, "PATH": f"{ansible}:{os.environ['PATH']}", "MIGRATOR_NAME": "old"}
    done = subprocess.run([step], env=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "said").read_text() == "old\n\ntwo\n"


@pytest.mark.parametrize(
    ("hook", "text"),
    [
        ({}, None),
        ({"script": "/none/such"}, None),
        ({"script": "mine"}, "echo without an interpreter\n"),
        ({"script": "mine.yml"}, "- hosts: all\n"),
        ({"script": "mine.yml"}, "a: [\n"),
        ({"script": "mine.yml", "where": "container"}, "- debug:\n"),
    ],
)
def test_a_step_that_cannot_be(
    hook: dict[str, str], text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if text:
        Path(hook["script"]).write_text(text)
    with pytest.raises(PlanInvalid, match="50-mine"):
        rendered(**hook)


def test_the_target_must_have_what_steps_need() -> None:
    prestart = {"50-mine": Hook(script="mine.yml"), "10-routes": Hook()}
    plan = make.plan(hooks=Hooks(prestart, {"10-mine": Hook(script="mine")}))
    assert hooks.tools(plan) == {
        "ansible-playbook": "prestart.d/50-mine",
        "ip": "prestart.d/10-routes",
        "nsenter": "prestart.d/10-routes",
    }
