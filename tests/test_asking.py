"""What the controller asks by itself: logins by key over a real sshd, and tasks of Ansible."""

from __future__ import annotations

import getpass
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from migrator.address import Address
from migrator.plan import Identity, Plan, Port
from migrator.plan.comparison import Login, TaskFile
from migrator.progress import Silent
from migrator.stages.asking import ask
from migrator.stages.context import Context
from migrator.verify.probes import Probes, load_probes
from migrator.workdir import Workdir
from tests import builders as make
from tests.sshd import served
from tests.test_verify import of, verdict


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    with served(tmp_path_factory.mktemp("sshd")) as server:
        yield server.address


def context(tmp_path: Path, *known_hosts: Address) -> Context:
    hosts = {address.name: address for address in known_hosts}
    work = Workdir(tmp_path / "work", "web01")
    return Context(work, False, False, Silent(), address=hosts.__getitem__)


def logged_in(tmp_path: Path, server: Address, plan: Plan, alias: str = "") -> str:
    """What the container's side says, with the server as that of the published port; it is known
    under the source's name alone, which is ``alias``."""
    source = replace(server, name="web01", host=alias or server.host)
    target = replace(server, name="dock", port=0)
    answers = ask(context(tmp_path, source, target), plan, "container", "dock", ["podman"])
    return str(answers["logins"][getpass.getuser()]["error"])


def plan(server: Address, key: str = "", port: int = 0, **given: object) -> Plan:
    login = {getpass.getuser(): Login(key or server.key_file)}
    ports = {f"{server.port}/tcp": Port(port or server.port)}
    return make.plan(logins=login, ports=ports, **given)


def test_a_user_gets_in_by_key(tmp_path: Path, server: Address) -> None:
    source = replace(server, name="web01")
    answers = ask(context(tmp_path, source), plan(server), "source", "web01")
    assert answers["logins"] == {getpass.getuser(): {"status": 0, "error": ""}}
    assert logged_in(tmp_path, server, plan(server)) == ""


def test_a_container_with_other_keys_or_without_the_users_is_found(
    tmp_path: Path, server: Address
) -> None:
    assert "verification failed" in logged_in(tmp_path, server, plan(server), "198.51.100.1")
    reset = plan(server, identity=Identity(host_keys="reset"))
    assert logged_in(tmp_path, server, reset, "198.51.100.1") == ""
    stranger = tmp_path / "key"
    stranger.write_text("none\n")
    stranger.chmod(0o600)
    assert "Permission denied" in logged_in(tmp_path, server, plan(server, str(stranger)))
    assert "refused" in logged_in(tmp_path, server, plan(server, port=1))


def test_tasks_are_told_where_they_are(tmp_path: Path) -> None:
    tasks = tmp_path / "ask.yml"
    line = "{{ migrator_side }} {{ migrator_name }} {{ migrator_place }} {{ migrator_inside }}"
    tasks.write_text(
        f"- ansible.builtin.copy: {{content: '{line}', dest: {tmp_path}/said}}\n"
        "- ansible.builtin.fail: {msg: no orders are taken}\n"
        "  when: migrator_side == 'container'\n"
    )
    asked = make.plan(tasks={"orders": TaskFile(str(tasks))})
    before = ask(context(tmp_path), asked, "source", "web01")
    assert before["tasks"] == {"orders": {"status": 0, "error": ""}}
    after = ask(context(tmp_path), asked, "container", "dock", ["podman", "exec", "web01"])
    assert (tmp_path / "said").read_text() == "container web01 dock podman exec web01"
    end = after["tasks"]["orders"]
    assert end["status"] and "no orders are taken" in end["error"]


def test_tasks_reach_the_host_that_they_are_delegated_to(tmp_path: Path, server: Address) -> None:
    """And not this machine, where the play begins."""
    inventory = tmp_path / "hosts.yml"
    arguments = shlex.join(server.ssh_arguments)
    there = {
        "ansible_host": server.host,
        "ansible_port": server.port,
        "ansible_user": server.user,
        "ansible_ssh_private_key_file": server.key_file,
        "ansible_ssh_common_args": arguments,
    }
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"web01": there}}}))
    tasks = tmp_path / "ask.yml"
    tasks.write_text(
        '- ansible.builtin.raw: test -n "$SSH_CONNECTION"\n'
        "  delegate_to: '{{ migrator_place }}'\n"
        '- ansible.builtin.raw: test -z "$SSH_CONNECTION"\n'
    )
    asked = make.plan(tasks={"orders": TaskFile(str(tasks))})
    given = replace(context(tmp_path), inventory=(str(inventory),))
    assert ask(given, asked, "source", "web01")["tasks"]["orders"] == {"status": 0, "error": ""}


def test_they_are_compared() -> None:
    asked = make.plan(tasks={"orders": TaskFile("a.yml")}, logins={"ops": Login("key")})
    ends = {True: {"status": 0, "error": ""}, False: {"status": 1, "error": "no"}}
    for before, after, result in [(True, True, "same"), (True, False, "different"),
                                  (False, True, "explained")]:  # fmt: skip
        sides = [
            _probes(tasks={"orders": ends[well]}, logins={"ops": ends[well]})
            for well in (before, after)
        ]
        found = verdict(plan=asked, before=sides[0], after=sides[1])
        assert of(found, "tasks") == of(found, "login") == [result]


def _probes(**given: object) -> Probes:
    return load_probes({"http": {}, "log": {}, "commands": {}, **given})
