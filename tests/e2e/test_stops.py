"""However the container ends, poststop knows why; and what steps do wrong harms nothing else."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import acceptance, container, state
from tests.e2e.conftest import Site

pytestmark = pytest.mark.lab
PATIENCE = 60  # seconds
LIMIT = 60 << 20  # bytes
V1 = Path("/sys/fs/cgroup/memory")
V2 = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Moved:
    """The container ``name`` on the lab host ``dock``."""

    site: Site
    name: str
    dock: str

    def run(self, *command: str) -> str:
        return acceptance.Host(self.site.addresses[self.dock]).run(*command)

    def reports(self) -> list[str]:
        """Of all ends so far, the last one last."""
        place = f"/var/lib/migrator/{self.name}"
        return sorted(self.run("find", place, "-path", "*/reports/*.txt").split())

    def after(self, end: Callable[[], object]) -> str:
        """The cause that is reported when ``end`` has ended the container."""
        count = len(self.reports())
        with contextlib.suppress(subprocess.CalledProcessError):  # the end may cut it off
            end()
        wait(lambda: len(self.reports()) > count)
        place = self.reports()[-1]
        wait(lambda: bool(self.run("cat", place)))
        return self.run("head", "-n1", place).strip().removeprefix(f"{self.name} ")

    def up(self) -> None:
        ask = ("podman", "exec", self.name, "systemctl", "is-system-running")
        wait(lambda: self.run(*ask).strip() == "running")

    def pid(self) -> int:
        """Of the container's init, as the dock counts."""
        return int(self.run("podman", "inspect", "--format={{.State.Pid}}", self.name))

    def launch(self, **hooks: Any) -> subprocess.CompletedProcess[str]:
        """With these steps of prestart beside those of the plan."""
        path = self.site.work / self.name / "plan.yml"
        before = path.read_text()
        plan = yaml.safe_load(before)
        plan["hooks"]["prestart"] |= hooks
        path.write_text(yaml.safe_dump(plan))
        try:
            built = self.site.migrator("build", self.name)
            assert built.returncode == 0, built.stderr
            return self.site.migrator("launch", self.name)
        finally:
            path.write_text(before)


def wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.CalledProcessError):
            if condition():
                return
        time.sleep(0.3)
    raise AssertionError("it does not come to that")


@pytest.fixture(scope="module")
def moved(site: Site) -> Moved:
    if not (site.work / "box" / "launch.json").exists():
        done = site.playbook("--tags", "discover,assess,plan,snapshot,build,launch")
        assert done.returncode == 0, done.stdout
    return Moved(site, "box", "dock")


@pytest.fixture
def running(moved: Moved) -> Moved:
    moved.run("systemctl", "start", moved.name)
    moved.up()
    return moved


def test_a_stop_and_an_exit_code_and_a_kill(running: Moved) -> None:
    name = running.name
    stopped = running.after(lambda: running.run("systemctl", "restart", name))
    assert stopped == "was stopped (stopped, exit status 0)"
    running.up()
    exited = running.after(lambda: running.run("podman", "exec", name, "systemctl", "exit", "3"))
    assert exited == "ended with exit status 3 (exited, exit status 3)"
    running.up()
    killed = running.after(lambda: running.run("kill", "-9", str(running.pid())))
    assert killed == "was killed by signal 9 (crashed, exit status 137)"


def test_a_kill_for_lack_of_memory(running: Moved) -> None:
    eat = ("systemd-run", "--quiet", "-p", "OOMScoreAdjust=0", "-p", "RuntimeMaxSec=20", "-p")
    tail = ("CPUWeight=100", "tail", "/dev/zero")
    with short_of_memory(running):
        cause = running.after(lambda: running.run("podman", "exec", running.name, *eat, *tail))
    assert cause == "was killed for lack of memory (oom, exit status 137)"


@contextlib.contextmanager
def short_of_memory(moved: Moved) -> Iterator[None]:
    """The container's init and what it starts may have LIMIT bytes, and it is the one to go."""
    init = _seen_from_here(moved)
    Path(f"/proc/{init}/oom_score_adj").write_text("1000")
    if not V1.exists():
        group = Path(f"/proc/{init}/cgroup").read_text().rpartition("::")[2].strip()
        (V2 / group.strip("/")).parent.joinpath("memory.max").write_text(str(LIMIT))
        yield
        return
    own = V1 / "migrator-test-oom"
    own.mkdir(exist_ok=True)
    (own / "memory.limit_in_bytes").write_text(str(LIMIT))
    (own / "cgroup.procs").write_text(str(init))
    try:
        yield
    finally:
        wait(lambda: not (own / "cgroup.procs").read_text())
        own.rmdir()


def _seen_from_here(moved: Moved) -> int:
    """The number that this machine has for the container's init."""
    identity = moved.run("podman", "inspect", "--format={{.Id}}", moved.name).strip()
    wanted = [str(moved.pid()), "1"]
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            numbers = status.read_text().partition("NSpid:")[2].partition("\n")[0].split()
            group = (status.parent / "cgroup").read_text()
            if numbers[1:] == wanted and identity in group:
                return int(numbers[0])
    raise AssertionError("the container's init is not to be seen from here")


def test_a_target_that_goes_down(running: Moved) -> None:
    """First as ordered, then without a word."""
    dock = state.find(running.dock)
    assert dock

    def reboot() -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            running.run("systemctl", "reboot")
        down()

    def down() -> None:
        wait(lambda: not container.running(dock))
        container.podman("start", dock.machine)

    def cut() -> None:
        container.podman("kill", "--signal=KILL", dock.machine)
        down()

    assert running.after(reboot) == "was stopped, the target goes down (rebooted, exit status 0)"
    running.up()
    lost = running.after(cut)
    assert lost == "was lost when the target went down (rebooted, exit status unknown)"


def test_hooks_are_tried_around_a_scratch_container(running: Moved) -> None:
    done = running.site.migrator("hooks", "test", running.name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "was stopped (stopped, exit status " in done.stdout
    left = running.run("find", "/run", "/etc/migrator", "/var/lib/migrator", "-name", "*rehearsal*")
    assert left == ""


def test_steps_that_misbehave(running: Moved, tmp_path: Path) -> None:
    scripts = {
        "flood": "yes 'a line of output' | head -c 100000000",
        "hang": "sleep 300 & sleep 300",
        "refuse": "echo no licence; exit 7",
        "inside": 'echo "I am $(id -un) of $MIGRATOR_NAME with $(ls /srv | wc -l) things"',
    }
    for name, text in scripts.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
    warn = {"on_failure": "warn", "timeout": 20}
    flood = {"40-flood": {"script": str(tmp_path / "flood"), **warn}}
    hang = {"50-hang": {"script": str(tmp_path / "hang"), **warn, "timeout": 1}}
    inside = {"60-inside": {"script": str(tmp_path / "inside"), "where": "container"}}
    done = running.launch(**flood, **hang, **inside)
    assert done.returncode == 0, done.stderr
    said = running.run("journalctl", f"--identifier=migrator-{running.name}", "--output=cat")
    assert "prestart 40-flood: (" in said
    assert said.count("prestart 40-flood: ") < 500
    assert "prestart 50-hang: no end after 1 seconds" in said
    assert f"prestart 60-inside: I am root of {running.name} with" in said
    refused = running.after(
        lambda: running.launch(**{"70-refuse": {"script": str(tmp_path / "refuse")}})
    )
    assert refused.startswith("did not start: step 70-refuse of prestart failed: exit status 7")
    assert running.run("systemctl", "show", "-P", "ActiveState", running.name).strip() != "active"
