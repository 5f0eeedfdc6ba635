"""Many hosts at once: what becomes of them when the command, or a part of it, is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import hosts

TOP = Path(__file__).resolve().parents[1]
MANY = 400


def begin(place: Path) -> subprocess.Popen[str]:
    """An assessment of many hosts that has just begun to write."""
    text = json.dumps(hosts.document("el7", place))
    files = [place / f"facts/h{number:03}/facts.json" for number in range(MANY)]
    for file in files:
        file.parent.mkdir(parents=True)
        file.write_text(text)
    command = [sys.executable, "-m", "migrator.cli", "assess", "--work", str(place / "work")]
    running = subprocess.Popen(
        [*command, "--facts", *map(str, files)],
        cwd=TOP,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not list(place.glob("work/*/assessment.json")):
        assert running.poll() is None, "it ended before it wrote anything"
        time.sleep(0.01)
    return running


def workers(session: int) -> list[int]:
    """Processes of a session that are left."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--sid", str(session)], stdout=subprocess.PIPE, text=True
    ).stdout
    return [int(word) for word in listed.split()]


def gone(session: int) -> bool:
    end = time.monotonic() + 10
    while workers(session) and time.monotonic() < end:
        time.sleep(0.05)
    return not workers(session)


def whole(work: Path) -> bool:
    """Every file that was written can be read, and nothing else was left."""
    files = [path for path in work.rglob("*") if path.is_file()]
    documents = [json.loads(path.read_text()) for path in files if path.suffix == ".json"]
    return bool(documents) and not [path for path in files if path.name.startswith(".")]


def test_stopped_by_the_keyboard_nothing_is_half_written(tmp_path: Path) -> None:
    running = begin(tmp_path)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to all of them
    said = running.communicate(timeout=30)[1]
    assert running.returncode == 130, said
    assert said == "migrator: stopped; run the same command again to go on\n"
    assert whole(tmp_path / "work") and gone(running.pid)
    assert not (tmp_path / "work/fleet.json").exists()
    assert len(list(tmp_path.glob("work/*/assessment.json"))) < MANY


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_its_parent(tmp_path: Path, number: int) -> None:
    running = begin(tmp_path)
    running.send_signal(number)
    running.communicate(timeout=30)
    assert gone(running.pid)


def test_a_worker_that_is_killed_is_said(tmp_path: Path) -> None:
    running = begin(tmp_path)
    for pid in workers(running.pid):
        if pid != running.pid:
            os.kill(pid, signal.SIGKILL)
    said = running.communicate(timeout=30)[1]
    assert "migrator: a worker was killed\n  see whether memory is short" in said
    assert "Traceback" not in said and running.returncode == 7
