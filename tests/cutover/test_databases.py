"""What is done about databases before they stop: proposed, rendered, and quoted."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Literal, get_args

import pytest

from migrator.cutover import databases
from migrator.cutover.databases import script
from migrator.decode import decode
from migrator.errors import PlanInvalid
from migrator.facts.services import Service
from migrator.plan import Cutover, Database, Plan, Reason
from migrator.plan.cutover import KNOWN, cutover
from migrator.plan.file import dump
from tests import builders

Action = Literal["flush", "dump"]
HOSTILE = "/srv/it's $(touch /tmp/x)/a b.db"


def test_running_databases_are_proposed_and_can_be_read_again() -> None:
    found = builders.facts(
        services=(
            Service("database", "mysql", "running", "10"),
            Service("database", "redis", "installed", "7"),
            Service("database", "influxdb", "running", "2"),
        )
    )
    chosen = cutover(found)
    assert {name: choice.action for name, choice in chosen.databases.items()} == {"mysql": "flush"}
    plan = builders.plan(cutover=chosen)
    assert decode(Plan, dump(plan)) == plan
    assert decode(Cutover, asdict(Cutover())) == Cutover()


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("action", get_args(Action))
def test_scripts_are_sound_shell(tmp_path: Path, name: str, action: Action) -> None:
    text = script(name, Database(action, {HOSTILE: Reason("it grows")}))
    path = tmp_path / "script"
    path.write_text(text)
    checker = shutil.which("shellcheck")
    assert checker, "install shellcheck"
    # su runs a word of ours with the path as its argument; a value may hold a dollar
    done = subprocess.run([checker, "-e", "SC2016", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert ("backups" in text) == (action == "dump")


def test_a_file_of_sqlite_is_flushed_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / HOSTILE.rpartition("/")[2]
    path.write_text("")
    (tmp_path / "sqlite3").write_text(f'#!/bin/sh\nprintf "%s|" "$@" > {tmp_path}/said\n')
    (tmp_path / "sqlite3").chmod(0o755)
    tmp_path.chmod(0o755)
    text = script("sqlite", Database(files={str(path): Reason()}))
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin:/usr/sbin:/sbin"}
    subprocess.run(["sh"], input=text, text=True, check=True, env=environment)
    said = (tmp_path / "said").read_text()
    assert said == f"-cmd|.timeout 60000|{path}|PRAGMA wal_checkpoint(TRUNCATE);|"


def test_a_dump_that_fails_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the pipe's last command says."""
    monkeypatch.setattr(databases, "DUMPS", str(tmp_path / "dumps"))
    path = tmp_path / "a.db"
    path.write_text("")
    tmp_path.chmod(0o755)
    program = tmp_path / "sqlite3"
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin:/usr/sbin:/sbin"}
    for end in (1, 0):
        program.write_text(f"#!/bin/sh\necho 'BEGIN TRANSACTION;'; exit {end}\n")
        program.chmod(0o755)
        text = script("sqlite", Database("dump", {str(path): Reason()}))
        done = subprocess.run(["sh"], input=text, text=True, env=environment)
        assert (done.returncode != 0) == (end != 0)


def test_a_script_of_ones_own_is_taken(tmp_path: Path) -> None:
    own = tmp_path / "own.sh"
    own.write_text("echo own\n")
    assert script("oracle", Database(script=str(own))) == "echo own\n"
    with pytest.raises(PlanInvalid, match="nothing is known of the database oracle"):
        script("oracle", Database())
