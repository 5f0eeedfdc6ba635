"""A migrated host under systemd: ten restarts, and steps of hooks that are Ansible tasks."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import ansible
import pytest
import yaml

from tests.e2e.conftest import TOP, lab
from tests.e2e.living import Place, built, wait_for

pytestmark = pytest.mark.lab
HOST, TARGET = "again", "again-13"
STOPS_WITHIN = 15  # seconds: less than any time limit after which an engine kills
REFUSE = "/run/no-licence"
TASKS = f"""\
---
- name: Say who starts
  ansible.builtin.debug:
    msg: "{{{{ lookup('env', 'MIGRATOR_NAME') }}}} has pid {{{{ lookup('env', 'MIGRATOR_PID') }}}}"
- name: Ask for a licence
  ansible.builtin.command: test ! -e {REFUSE}
  changed_when: false
"""
PACKAGES = ("ansible", "jinja2*", "markupsafe", "packaging", "resolvelib", "yaml")
PLAYBOOK = """\
#!/bin/sh
export PYTHONPATH=/opt/ansible
exec python3 -c 'from ansible.cli.playbook import main; main()' "$@"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with built(tmp_path_factory.mktemp("again"), HOST, {TARGET: "target-debian13"}) as made:
        made.plan(engine="quadlet")
        yield made


def ssh(command: str) -> str:
    return lab("ssh", TARGET, command)


def test_ten_restarts_under_systemd_come_up_and_stop_cleanly(place: Place) -> None:
    """Each stop is a clean end: neither the engine's time limit nor a signal ends it."""
    place.migrator("launch", HOST, "--target", TARGET)
    for _ in range(10):
        begun = time.monotonic()
        ssh(f"systemctl stop {HOST}")
        assert time.monotonic() - begun < STOPS_WITHIN
        shown = ssh(f"systemctl show --property=Result,ExecMainStatus {HOST}")
        assert "Result=success" in shown and "ExecMainStatus=0" in shown, shown
        ssh(f"systemctl start {HOST}")
        wait_for(lambda: ssh(f"podman exec {HOST} systemctl is-system-running; true"), "running")


def bring_ansible() -> None:
    """The one that runs these tests, without what was compiled: any Python takes it."""
    place = Path(ansible.__file__).parents[1]
    names = [path.name for name in PACKAGES for path in place.glob(name)]
    files = ["tar", "-C", str(place), "--exclude=*.so", "--exclude=__pycache__", "-c", *names]
    unpack = "mkdir -p /opt/ansible && tar -C /opt/ansible --no-same-owner -x"
    taking = [sys.executable, "-m", "lab", "ssh", TARGET, unpack]
    with subprocess.Popen(files, stdout=subprocess.PIPE) as made:
        subprocess.run(taking, stdin=made.stdout, cwd=TOP, check=True)
    playbook = "/usr/local/bin/ansible-playbook"
    ssh(f"printf %s {shlex.quote(PLAYBOOK)} >{playbook}; chmod 755 {playbook}")


def test_tasks_of_ansible_are_steps_too(place: Place) -> None:
    """What they say is in the journal; one that fails stops the start, and poststop says so."""
    script = place.work / "licence.yml"
    script.write_text(TASKS)
    path = place.work / HOST / "plan.yml"
    plan = yaml.safe_load(path.read_text())
    plan["hooks"]["prestart"]["50-licence"] = {"script": str(script), "timeout": 120}
    path.write_text(yaml.safe_dump(plan, sort_keys=False))
    place.migrator("build", HOST)
    words = place.migrator("launch", HOST, "--target", TARGET, fails=True)
    assert "ansible-playbook is missing" in words
    bring_ansible()
    place.migrator("launch", HOST, "--target", TARGET)
    journal = f"journalctl -t migrator-{HOST} -n 200 -o cat"
    wait_for(lambda: ssh(journal), f"{HOST} has pid ")

    start = f"systemctl stop {HOST}; systemctl start {HOST}; systemctl is-active {HOST}"
    end = f"systemctl stop {HOST}; systemctl reset-failed {HOST}"
    said = ssh(f"touch {REFUSE}; {start}; rm {REFUSE}; {end}; true")
    assert said.split()[-1] != "active"
    wait_for(lambda: ssh(journal), "did not start: step 50-licence of prestart failed")
    assert "Ask for a licence" in ssh(journal)
