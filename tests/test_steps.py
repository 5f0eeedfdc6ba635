"""The hooks' runner, as it lies on a target: run for real, beside a syslog daemon of the test's."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from migrator.plan import Hook
from tests.stepping import PYTHONS, Place, syslog

WARN = Hook(on_failure="warn")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_steps_run_in_order_with_their_context(place: Place) -> None:
    bundle = place.path / "bundle"
    bundle.mkdir()
    mounts = [
        {"destination": "/srv", "source": "/volumes/srv", "type": "bind"},
        {"destination": "/proc", "source": "proc"},
    ]
    (bundle / "config.json").write_text(json.dumps({"root": {"path": "/rootfs"}, "mounts": mounts}))
    show = 'echo "$MIGRATOR_NAME $MIGRATOR_HOST $MIGRATOR_PID $MIGRATOR_ROOTFS $EXTRA ${SECRET-}"'
    steps = {
        "20-b": ('printf "%s" "$MIGRATOR_MOUNTS"; cat', Hook()),
        "10-a": (show, Hook(env={"EXTRA": "e"})),
        "05-early": ('echo "early $MIGRATOR_PID."', Hook()),
    }
    place.install("prestart", steps)
    state = json.dumps({"id": "x", "pid": 7, "bundle": str(bundle)})
    with syslog(place.path) as heard:
        assert place.run("before", SECRET="of the caller").returncode == 0
        assert place.run("prestart", state, SECRET="of the caller").returncode == 0
    assert heard == [
        "migrator-old: prestart 05-early: early .",
        "migrator-old: prestart 10-a: old old.example 7 /rootfs e ",
        "migrator-old: prestart 20-b: /srv\t/volumes/srv",
        f"migrator-old: prestart 20-b: {state}",
    ]


@pytest.mark.parametrize("python", PYTHONS, ids=str)
def test_a_step_that_aborts_stops_the_start_and_poststop_says_so(
    place: Place, python: Path
) -> None:
    place.python = python
    show = 'echo "$MIGRATOR_REASON $MIGRATOR_EXIT_STATUS $MIGRATOR_CAUSE"; cat'
    (place.path / "poststop.d").mkdir()
    (place.path / "poststop.d/10-a").write_text(f"#!/bin/sh\n{show}\n")
    (place.path / "poststop.d/10-a").chmod(0o755)
    steps = {"10-a": ("exit 3", Hook()), "20-b": ("echo never", Hook())}
    place.install("prestart", steps, poststop={"10-a": asdict(WARN)})
    with syslog(place.path) as heard:
        assert place.run("before").returncode == 0
        refused = place.run("prestart", '{"id": "x", "pid": 7}')
        ended = {"SERVICE_RESULT": "exit-code", "EXIT_CODE": "exited", "EXIT_STATUS": "126"}
        assert place.run("poststop", **ended).returncode == 0
    words = "step 10-a of prestart failed: exit status 3"
    assert (refused.returncode, refused.stderr) == (1, words + "\n")
    assert heard == [
        "migrator-old: prestart 10-a: exit status 3",
        f"migrator-old: poststop 10-a: exited 126 did not start: {words}",
        'migrator-old: poststop 10-a: {"id": "x", "status": "stopped"}',
    ]


def test_a_step_that_warns_does_not(place: Place) -> None:
    place.install("prestart", {"10-a": ("exit 3", WARN), "20-b": ("echo still", Hook())})
    with syslog(place.path) as heard:
        assert place.run("prestart").returncode == 0
    assert "migrator-old: prestart 20-b: still" in heard


def test_a_step_is_tried_again_and_has_a_limit(place: Place) -> None:
    count = f'echo x >> {place.path}/tries; [ "$(wc -l < {place.path}/tries)" = 3 ]'
    place.install("prestart", {"10-a": (count, Hook(retries=2))})
    assert place.run("prestart").returncode == 0
    slow = f"sleep 60 & echo $! > {place.path}/child; wait"
    place.install("prestart", {"10-a": (slow, replace(Hook(), timeout=1))})
    begun = time.monotonic()
    done = place.run("prestart")
    assert done.returncode == 1
    assert "no end after 1 seconds" in done.stderr
    assert time.monotonic() - begun < 5
    child = int((place.path / "child").read_text())
    state = Path(f"/proc/{child}/stat")  # killed with the step; maybe nobody has reaped it yet
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_what_a_step_leaves_running_holds_up_nothing(place: Place) -> None:
    stays = "setsid sleep 4 & echo done"
    place.install("prestart", {"10-a": (stays, Hook())})
    begun = time.monotonic()
    with syslog(place.path) as heard:
        assert place.run("prestart").returncode == 0
    assert time.monotonic() - begun < 3
    assert heard == ["migrator-old: prestart 10-a: done"]


def test_100_mb_of_output_are_survived(place: Place) -> None:
    """In bounded memory, and the log is not flooded."""
    yes = "yes 'a line of many characters and a few more' | head -c 100000000; echo; echo last"
    place.install("prestart", {"10-a": (yes, Hook(timeout=60))})
    with syslog(place.path) as heard:
        done = place.run("prestart")
    assert done.returncode == 0, done.stderr
    assert len(heard) < 500
    assert heard[-1] == "migrator-old: prestart 10-a: last"
    assert any("lines left out" in line for line in heard)
    lines = [line for line in heard if "a line of" in line]
    assert len(lines) > 400


def test_a_line_without_end_and_bytes_that_are_no_text(place: Place) -> None:
    odd = r"head -c 5000000 /dev/zero | tr '\0' x; printf '\377\033[31mred\n'"
    place.install("prestart", {"10-a": (odd, Hook(timeout=60))})
    with syslog(place.path) as heard:
        assert place.run("prestart").returncode == 0
    assert max(map(len, heard)) < 1100
    assert "\x1b" not in "".join(heard)


def test_without_a_syslog_daemon_the_words_go_to_the_unit(place: Place) -> None:
    place.install("prestart", {"10-a": ("echo words", Hook())})
    assert "words" in place.run("prestart").stderr


def test_a_step_for_the_container_runs_in_a_short_lived_one(place: Place) -> None:
    engine = place.path / "engine"
    engine.write_text(
        f'#!/bin/sh\necho "$@"; echo "$TOKEN" >> {place.path}/seen; [ "$1" = rm ] || sleep 9\n'
    )
    engine.chmod(0o755)
    inside = {"run": [str(engine), "run"], "image": ["image"], "remove": [str(engine), "rm"]}
    hook = Hook(where="container", env={"TOKEN": "hunter2"}, timeout=1)
    place.install("prestart", {"10-a": ("", hook)}, inside=inside)
    with syslog(place.path) as heard:
        assert place.run("prestart").returncode == 1
    assert "--env=TOKEN " in heard[0]
    assert "hunter2" not in "".join(heard)
    assert heard[0].endswith("image /run/migrator/hooks/prestart.d/10-a")
    assert (place.path / "seen").read_text() == "hunter2\n\n", "it was removed after its time"


def test_an_engine_that_runs_no_step_in_a_container_says_so(place: Place) -> None:
    place.install("prestart", {"10-a": ("", Hook(where="container"))}, inside={})
    done = place.run("prestart")
    assert done.returncode == 1
    assert "this engine runs no step in a container" in done.stderr
