"""The unit: it says what the plan says, and nothing more."""

from __future__ import annotations

import pytest

from migrator import quadlet
from migrator.errors import PlanInvalid
from migrator.plan import Network, Port, Reason, Value
from tests import builders as make


def test_unit_says_what_the_plan_says() -> None:
    plan = make.plan(
        ports={"80/tcp": Port(8080, "web")},
        capabilities={"NET_ADMIN": Reason("firewall")},
        sysctls={"kernel.sem": Value("250 32000 100 128")},
        limits={"shm_size": Value("67108864"), "nofile": Value("4096:4096")},
        network=Network("old%h", {"db": "10.0.0.7"}, {}),
    )
    volume = {"name": "v", "path": "/srv/100% data"}
    secret = {"name": "s", "path": "/etc/key", "uid": 0, "gid": 5, "mode": "0640"}
    lines = quadlet.unit(plan, "old", "localhost/x:1", [volume], [secret]).splitlines()
    assert {
        "PublishPort=8080:80/tcp",
        "AddCapability=NET_ADMIN",
        'Sysctl="kernel.sem=250 32000 100 128"',
        "Ulimit=nofile=4096:4096",
        "PodmanArgs=--shm-size=67108864",
        "HostName=old%%h",
        "AddHost=db:10.0.0.7",
        "Volume=v:/srv/100%% data:nocopy",
        'Secret="s,type=mount,target=/etc/key,uid=0,gid=5,mode=0640"',
    } <= set(lines)
    assert not any("privileged" in line.lower() for line in lines)


def test_unit_refuses_a_value_of_two_lines() -> None:
    plan = make.plan(network=Network("old\nExecStartPre=/bin/evil", {}, {}))
    with pytest.raises(PlanInvalid, match="cannot be a value"):
        quadlet.unit(plan, "old", "x", [], [])
