"""The scripts of the pod: sound for a hostile host, and run for real."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.kubernetes.given import Claim, Given
from tests.kubernetes.cases import PLAN, full, given, least
from tests.test_hooks import HOSTILE


def hostile() -> Given:
    plan = replace(PLAN, host=HOSTILE)
    claims = (Claim("old-srv", f"/srv/{HOSTILE}".replace("\n", ""), 1),)
    return given(plan, claims=claims)


@pytest.mark.parametrize("name", ["prestart", "load", "wait", "nsenter"])
def test_scripts_pass_shellcheck(name: str, tmp_path: Path) -> None:
    for number, made in enumerate((full(), least(), hostile())):
        (tmp_path / f"{number}.sh").write_text(made.files[name])
    command = ["shellcheck", "--exclude=SC2016,SC2317", *tmp_path.glob("*.sh")]
    subprocess.run(command, check=True)


def test_prestart_runs_the_steps_in_order(tmp_path: Path) -> None:
    """The last end's steps only where there was one; a failed step that may not fail ends it."""
    made = full()
    run, state = tmp_path / "run", tmp_path / "state"
    for place in (run, state, tmp_path / "sealed", tmp_path / "ready"):
        place.mkdir()
    (tmp_path / "sealed" / made.secrets[0].key).write_text("key")
    moved = {"/run/migrator-secrets": "sealed", "/run/migrator-ready": "ready"}
    moved |= {"/run/migrator-state": "state", "/run/migrator": "run"}
    script = made.files["prestart"]
    for path, name in moved.items():
        script = script.replace(path, str(tmp_path / name))
    (run / "prestart").write_text(script)
    for name in made.files:
        if ".d." in name:
            say = f'echo "{name}|$LEVEL|$MIGRATOR_REASON" >>{tmp_path}/said\n'
            (run / name).write_text(f"#!/bin/sh\n{say}[ ! -e {tmp_path}/fails ]\n")
            (run / name).chmod(0o755)

    def start() -> tuple[int, list[str]]:
        done = subprocess.run(["sh", run / "prestart"], capture_output=True)
        said = (tmp_path / "said").read_text().splitlines()
        (tmp_path / "said").unlink()
        return done.returncode, said

    names = ["prestart.d.05-modules", "prestart.d.10-routes", "prestart.d.30-volumes"]
    assert start() == (0, [*(f"{name}||" for name in names), "prestart.d.50-own|$(id)|"])
    ready = (tmp_path / "ready" / made.secrets[0].key).stat()
    assert (ready.st_mode & 0o7777, ready.st_uid) == (0o640, 33)
    code, said = start()
    assert (code, said[0], len(said)) == (0, "poststop.d.20-clean||crashed", 5)
    (state / "ended").write_text("stopped\n")
    assert start()[1][0] == "poststop.d.20-clean||stopped"
    (tmp_path / "fails").touch()
    code, said = start()
    assert (code, said.count("prestart.d.50-own|$(id)|crashed")) == (1, 3), (
        "it is tried three times"
    )
