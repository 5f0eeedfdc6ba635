"""The same life of a container on every engine: launch, stop, crash, failed upgrade, removal."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import lab, run
from tests.e2e.living import Place, built, wait_for

pytestmark = pytest.mark.lab
HOST = "life"
TARGETS = {"life-13": "target-debian13", "life-12": "target-debian12"}
ENGINES = {"quadlet": "life-13", **dict.fromkeys(("podman", "docker", "nspawn", "runc"), "life-12")}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with built(tmp_path_factory.mktemp("life"), HOST, TARGETS) as made:
        yield made


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_container_lives_alike_on_each_engine(place: Place, engine: str) -> None:
    target = ENGINES[engine]
    at = (HOST, "--target", target)

    def ssh(command: str) -> str:
        return lab("ssh", target, command)

    def status() -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(place.migrator("status", *at, "--json"))
        return answer

    place.plan(engine=engine, health=[], health_timeout=120)
    place.migrator("launch", *at)
    first = status()
    assert (first["engine"], first["unit"], first["init"]) == (engine, "active", "running")
    assert json.loads(place.migrator("launch", *at, "--json"))["changed"] is False
    inside = place.migrator("exec", "--target", target, HOST, "cat", "/proc/1/status")
    bounding = int(inside.partition("CapBnd:")[2].split()[0], 16)
    assert not bounding >> 21 & 1, "it has SYS_ADMIN"

    place.migrator("stop", *at)
    assert status()["unit"] == "inactive"
    assert "stopped" in ssh(f"journalctl -t migrator-{HOST} -n 3 -o cat")
    place.migrator("start", *at)
    before = status()["started_at"]
    place.migrator("restart", *at)
    assert status()["started_at"] > before and status()["init"] == "running"
    assert "Rich container of" in place.migrator("logs", *at, "--lines", "200")
    shown, ended = place.shell(
        "shell", *at, typed="test -t 0 && echo $((6 * 7)); hostname; exit 7\n"
    )
    assert "42\r\n" in shown and f"{HOST}\r\n" in shown and ended == 7

    inner = "for p in $(pgrep -f '^/sbin/init$'); do [ $p != 1 ] && kill -KILL $p; done; true"
    ssh(inner)
    wait_for(lambda: ssh(f"journalctl -t migrator-{HOST} -n 5 -o cat"), "killed by signal 9")
    wait_for(lambda: str(status()["init"]), "running")

    place.plan(engine=engine, health=["false"], health_timeout=3)
    place.plan(labels={"version": "2"})
    said = place.migrator("upgrade", *at, fails=True)
    assert "runs as before again" in said
    assert status()["init"] == "running"
    place.plan(health=[], health_timeout=120)
    place.migrator("upgrade", *at)
    assert status()["init"] == "running"
    place.plan(labels={})

    removed = place.migrator("remove", *at)
    assert f"volume {HOST}-var-log" in removed
    left = f"ls -d /etc/migrator/{HOST} /etc/systemd/system/{HOST}.service 2>/dev/null; true"
    assert ssh(left) == ""
    assert "there is no container" in place.migrator("status", *at, fails=True)


def test_grants_are_proved_and_an_address_is_its_own(place: Place) -> None:
    """The old address with the old MAC by macvlan; boots without each grant leave nothing."""
    target, mac, address = "life-13", "52:54:00:12:34:56", "10.89.77.241"
    path = place.work / HOST / "plan.yml"
    before = path.read_text()
    own = {"network": "macvlan", "parent": "eth0", "address": f"{address}/24", "mac": mac}
    place.plan(engine="quadlet", health=["ip", "link", "set", "lo", "mtu", "1500"], **own)
    granted = {name: {"reason": "a test"} for name in ("NET_ADMIN", "SYS_TIME")}
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "capabilities": granted}))
    at = (HOST, "--target", target)
    place.migrator("launch", *at)
    inside = place.migrator("exec", "--target", target, HOST, "ip", "address", "show", "eth0")
    assert f"{address}/24" in inside and mac in inside
    with pytest.raises(ConnectionRefusedError):  # it is there, and nobody listens
        socket.create_connection((address, 1), timeout=10)

    listed = (
        "podman volume ls -q; podman secret ls --format '{{.Name}}'; podman ps -a"
        " --format '{{.Names}}'; ls -d /etc/migrator/* /var/lib/migrator/*"
        " /etc/containers/systemd/*"
    )
    there = lab("ssh", target, listed)
    (answer,) = json.loads(place.migrator("launch", *at, "--drop-test", "--json"))
    results = {row["name"]: row.get("result") for row in answer["granted"]}
    assert results["NET_ADMIN"] == "needed"
    assert results["SYS_TIME"] == "not shown to be needed"
    assert lab("ssh", target, listed) == there and HOST in there
    place.migrator("remove", *at)
    path.write_text(before)


def test_a_task_keeps_a_container(place: Place, tmp_path: Path) -> None:
    """Described by hand, of an image in a layout, with check mode, differences and idempotence."""
    task = {
        "name": "byhand",
        "state": "{{ state }}",
        "image": f"oci:{place.work}/store:{HOST}",
        "engine": "nspawn",
        "env": {"WHO": "the task"},
        "volumes": [{"path": "/srv"}],
        "secrets": [{"path": "/etc/token", "content": "abc", "mode": "0640"}],
        "network": "none",
    }
    tasks = [
        {"rich_container": task, "register": "done"},
        {"ansible.builtin.copy": {"content": "{{ done }}", "dest": str(tmp_path / "done.json")},
         "delegate_to": "localhost", "check_mode": False, "diff": False},
    ]  # fmt: skip
    play = tmp_path / "play.yml"
    play.write_text(yaml.safe_dump([{"hosts": "life-12", "gather_facts": False, "tasks": tasks}]))

    def bring(state: str, *words: str) -> dict[str, Any]:
        command = [str(Path(sys.executable).with_name("ansible-playbook")), str(play)]
        done = run([*command, "-i", str(place.inventory), "-e", f"state={state}", *words])
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads((tmp_path / "done.json").read_text())
        return answer

    would = bring("started", "--check")
    assert would["changed"] and "start byhand.service" in would["actions"]
    done = bring("started", "--diff")
    assert done["actions"] == would["actions"] and done["diff"] == would["diff"]
    assert done["container"]["init"] == "running" and "abc" not in str(done["diff"])
    assert bring("started")["changed"] is False
    ssh = lambda command: lab("ssh", "life-12", command)  # noqa: E731
    assert ssh("/etc/migrator/byhand/enter cat /etc/token") == "abc"
    assert len(ssh("/etc/migrator/byhand/enter ls /sys/class/net").split()) == 1
    stopped = bring("stopped")
    assert stopped["actions"] == ["stop byhand.service"]
    assert stopped["diff"][-1]["after"] == "inactive\n"
    assert bring("stopped")["changed"] is False
    assert bring("restarted")["actions"] == ["start byhand.service"]
    gone = bring("absent")
    assert gone["changed"] and gone["volumes"] == ["byhand-srv-a3d9ac"]
    assert bring("absent")["changed"] is False


def test_an_engine_that_cannot_do_it_is_refused(place: Place) -> None:
    place.plan(engine="nspawn")
    path = place.work / HOST / "plan.yml"
    plan = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**plan, "ports": {"80/tcp": {"target": 8080}}}))
    said = place.migrator("launch", HOST, "--target", "life-12", fails=True)
    path.write_text(yaml.safe_dump(plan))
    assert "nspawn publishes no ports" in said
