"""What helps beside the stages: a project to begin with, the doctor, completion, the version."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from migrator.cli import main
from tests.test_cli import migrator

BIN = Path(sys.executable).parent
TOP = Path(__file__).resolve().parents[1]


def test_a_project_can_be_used_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["init", str(tmp_path / "move")]) == 0
    place = tmp_path / "move"
    names = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    inventory = {"inventory/hosts.yml", "inventory/group_vars/sources.yml"}
    plain = {".gitignore", "ansible.cfg", "execution-environment.yml", "migrate.yml"}
    assert names == plain | inventory
    environment = {key: os.environ[key] for key in ("HOME",)} | {"PATH": f"{BIN}:/usr/bin:/bin"}
    done = subprocess.run(
        [BIN / "ansible-playbook", "migrate.yml", "--list-tasks"],
        cwd=place,
        env={**environment, "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert "migrator.toolkit.launch : Start the rich container" in done.stdout


def test_a_project_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "migrate.yml").write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    assert f"{tmp_path}/migrate.yml exists already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["migrate.yml"]


def test_a_project_names_every_variable_of_the_roles() -> None:
    defaults = "".join(path.read_text() for path in TOP.glob("roles/*/defaults/main.yml"))
    wanted = set(re.findall(r"\bmigrator_\w+", defaults))
    shown = (TOP / "templates/project/inventory/group_vars/sources.yml").read_text()
    assert wanted - set(re.findall(r"\bmigrator_\w+", shown)) == set()


def doctor(
    place: Path, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, list[dict[str, str]]]:
    local = {"ansible_connection": "local"}
    gone = {"ansible_host": "127.0.0.1", "ansible_port": 9, "migrator_target": "box1"}
    groups = {"sources": {"hosts": {"here": local, "gone": gone}}, "targets": {"hosts": {}}}
    (place / "hosts.yml").write_text(yaml.safe_dump(groups))
    inventory, work = str(place / "hosts.yml"), str(place / "work")
    status = migrator("doctor", *words, "-i", inventory, "--work", work, "--json")
    return status, json.loads(capsys.readouterr().out)


def test_the_doctor_asks_a_host_for_real(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, checks = doctor(tmp_path, capsys, "here")
    assert status == 0
    assert any("the agent runs on Python" in c["found"] for c in checks if c["subject"] == "here")
    (lost,) = (check for check in checks if check["subject"] == "migrator_target")
    assert lost["found"] == "none for here" and "set migrator_target" in lost["fix"]


def test_the_doctor_names_whom_it_cannot_reach_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, checks = doctor(tmp_path, capsys, "gone", "here")
    assert status == 3
    (gone,) = (check for check in checks if check["subject"] == "gone")
    assert gone["fix"] and "gone" in gone["found"]
    assert any(check["subject"] == "here" for check in checks)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_learns_to_complete(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "migrator" in capsys.readouterr().out


def test_bash_completes_verbs_and_hosts(tmp_path: Path) -> None:
    (tmp_path / "ansible.cfg").write_text("[defaults]\ninventory = hosts.yml\n")
    (tmp_path / "hosts.yml").write_text("{sources: {hosts: {web01: , web02: , db: }}}")
    for line, wanted in {
        "migrator disc": {"discover"},
        "migrator plan we": {"web01", "web02"},
    }.items():
        environment = {"COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE": "1"}
        environment |= {"_ARGCOMPLETE_IFS": " ", "PATH": f"{BIN}:/usr/bin:/bin"}
        words = ["bash", "-c", f"{BIN}/migrator 8>&1 9>/dev/null >/dev/null 2>&1"]
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert set(done.stdout.split()) == wanted, done.stderr


def test_the_version_says_what_the_work_is_done_with() -> None:
    done = subprocess.run([BIN / "migrator", "--version"], capture_output=True, text=True)
    assert re.search(r"(?m)^migrator \d", done.stdout)
    assert re.search(r"(?m)^ansible-core 2\.\d+", done.stdout)
    assert re.search(r"(?m)^agent [0-9a-f]{12}$", done.stdout)
