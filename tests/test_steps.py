"""The hooks' runner, as it lies on a target: run for real, beside a syslog daemon of the test's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from migrator.hooks.installed import _runner
from migrator.plan import Hook

WARN = Hook(on_failure="warn")
PYTHONS = [Path("/usr/bin/python3"), *Path.home().glob(".pyenv/versions/3.6.*/bin/python3")]


@dataclass
class Place:
    """``/etc/migrator/old`` of a target."""

    path: Path
    python: Path = PYTHONS[0]

    def install(self, hook: str, steps: dict[str, tuple[str, Hook]], **more: Any) -> None:
        for name, text in _runner():
            there = self.path / "lib" / name
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_text(text.replace('"/dev/log"', f'"{self.path}/log"'))
        for name, (script, _) in steps.items():
            step = self.path / f"{hook}.d" / name
            step.parent.mkdir(exist_ok=True)
            step.write_text(f"#!/bin/sh\n{script}\n")
            step.chmod(0o755)
        bin_ = self.path / "bin"
        bin_.mkdir(exist_ok=True)
        (bin_ / "systemctl").write_text(f'#!/bin/sh\ncat "{self.path}/systemctl-$1" 2>/dev/null\n')
        (bin_ / "journalctl").write_text(f'#!/bin/sh\ncat "{self.path}/kernel" 2>/dev/null\n')
        for tool in bin_.iterdir():
            tool.chmod(0o755)
        config = {
            "name": "old",
            "host": "old.example",
            "unit": "old.service",
            "state": str(self.path / "start.json"),
            "inside": {},
            "mounts": [],
            "prestart": {},
            "poststop": {},
        }
        config[hook] = {name: asdict(options) for name, (_, options) in steps.items()}
        (self.path / "steps.json").write_text(json.dumps(config | more))

    def run(self, phase: str, stdin: str = "", **given: str) -> subprocess.CompletedProcess[str]:
        program = (
            "import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 26, 1 << 26))\n"
            f"import sys; sys.path.insert(0, {str(self.path / 'lib')!r})\n"
            "from migrator.runtime.steps.main import Path, main\n"
            f"sys.exit(main(Path({str(self.path)!r}), {phase!r}))"
        )
        variables = {**os.environ, "PATH": f"{self.path}/bin:{os.environ['PATH']}", **given}
        return subprocess.run(
            [self.python, "-BIc", program],
            input=stdin,
            capture_output=True,
            text=True,
            env=variables,
        )


@contextmanager
def syslog(place: Path) -> Iterator[list[str]]:
    """The messages, without priority and time, that arrive while the block runs."""
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(place / "log"))
        daemon.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)

        def listen() -> None:
            while data := daemon.recv(1 << 16):
                assert data.startswith(b"<30>")
                heard.append(data.decode().split(" ", 3)[-1].lstrip())

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"", str(place / "log"))
            thread.join()
            (place / "log").unlink()


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
    place.run("before")
    place.run("prestart", '{"id": "x", "pid": 7}')
    (place.path / "kernel").write_text(KERNEL.format(pid))
    with syslog(place.path) as heard:
        place.run("poststop", SERVICE_RESULT="exit-code", EXIT_CODE="exited", EXIT_STATUS="137")
    assert heard == [f"migrator-old: poststop 10-a: {reason}"]


def test_an_end_that_nobody_saw_is_reported_at_the_next_start(place: Place) -> None:
    """The target lost its power: no poststop was run, and the state of the start is still there."""
    place.install("poststop", {"10-a": ('echo "$MIGRATOR_REASON, $MIGRATOR_CAUSE"', Hook())})
    place.run("before")
    kept = json.loads((place.path / "start.json").read_text())
    (place.path / "start.json").write_text(json.dumps({**kept, "boot": "another"}))
    with syslog(place.path) as heard:
        assert place.run("before").returncode == 0
    assert heard == ["migrator-old: poststop 10-a: rebooted, the target went down without a word"]
    place.run("poststop")
    assert not (place.path / "start.json").exists()


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
