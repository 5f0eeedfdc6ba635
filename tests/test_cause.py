"""What poststop is told: why the container ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrator.plan import Hook
from tests.stepping import Place, syslog


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


ENDS = {
    "stop": ("success", "exited", "0", "list-jobs", "7 old.service stop running\n", "stopped", "0"),
    "stop that took too long": (
        *("exit-code", "exited", "137", "list-jobs", "7 old.service restart running\n"),
        *("stopped", "137"),
    ),
    "a unit of a similar name": (
        *("success", "exited", "0", "list-jobs", "7 very-old.service stop running\n"),
        *("exited", "0"),
    ),
    "exit code": ("exit-code", "exited", "3", "", "", "exited", "3"),
    "kill -9 of the init": ("exit-code", "exited", "137", "", "", "crashed", "137"),
    "a signal to the engine": ("signal", "killed", "SEGV", "", "", "crashed", "139"),
    "poweroff from inside": ("exit-code", "exited", "130", "", "", "exited", "130"),
    "oom as systemd says": ("oom-kill", "killed", "KILL", "", "", "oom", "137"),
    "the target goes down": (
        *("success", "exited", "0", "is-system-running", "stopping\n", "rebooted", "0"),
    ),
    "start in no time": ("timeout", "killed", "", "", "", "crashed", "128"),
}


@pytest.mark.parametrize("case", ENDS.values(), ids=ENDS)
def test_poststop_knows_why(place: Place, case: tuple[str, ...]) -> None:
    result, code, status, question, answer, reason, shown = case
    place.install("poststop", {"10-a": ('echo "$MIGRATOR_REASON $MIGRATOR_EXIT_STATUS"', Hook())})
    if question:
        (place.path / f"systemctl-{question}").write_text(answer)
    with syslog(place.path) as heard:
        place.run("poststop", SERVICE_RESULT=result, EXIT_CODE=code, EXIT_STATUS=status)
    assert heard == [f"migrator-old: poststop 10-a: {reason} {shown}"]


KERNEL = "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task=systemd,pid={},uid=0\n"


@pytest.mark.parametrize(("pid", "reason"), [("7", "oom"), ("77", "crashed")])
def test_the_kernel_says_whom_it_killed_for_memory(place: Place, pid: str, reason: str) -> None:
    place.install("poststop", {"10-a": ('echo "$MIGRATOR_REASON"', Hook())})
    namespace = Path("/proc/self/ns/pid").stat().st_ino  # as if we were in the first one
    cause = place.path / "lib/migrator/runtime/steps/cause.py"
    cause.write_text(cause.read_text().replace("0xEFFFFFFC", str(namespace)))
    place.run("before")
    place.run("prestart", '{"id": "x", "pid": 7}')
    (place.path / "kernel").write_text(KERNEL.format(pid))
    with syslog(place.path) as heard:
        place.run("poststop", SERVICE_RESULT="exit-code", EXIT_CODE="exited", EXIT_STATUS="137")
    assert heard == [f"migrator-old: poststop 10-a: {reason}"]


def test_an_engine_that_ends_with_1_says_the_signal(place: Place) -> None:
    place.install("poststop", {"10-a": ('echo "$MIGRATOR_REASON $MIGRATOR_EXIT_STATUS"', Hook())})
    (place.path / "kernel").write_text("Container old terminated by signal KILL.\n")
    with syslog(place.path) as heard:
        place.run("poststop", SERVICE_RESULT="exit-code", EXIT_CODE="exited", EXIT_STATUS="1")
    assert heard == ["migrator-old: poststop 10-a: crashed 137"]


def test_an_end_that_nobody_saw_is_reported_at_the_next_start(place: Place) -> None:
    """The target lost its power: no poststop was run, and the state of the start is still there."""
    place.install("poststop", {"10-a": ('echo "$MIGRATOR_REASON, $MIGRATOR_CAUSE"', Hook())})
    place.run("before")
    kept = json.loads((place.path / "start.json").read_text())
    (place.path / "start.json").write_text(json.dumps({**kept, "boot": "another"}))
    with syslog(place.path) as heard:
        assert place.run("before").returncode == 0
    assert heard == ["migrator-old: poststop 10-a: rebooted, was lost when the target went down"]
    place.run("poststop")
    assert not (place.path / "start.json").exists()
