"""Plans of which objects are made: one that has everything, one that has nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrator.assess.dependencies import Dependencies, Link
from migrator.hooks import steps
from migrator.kubernetes import probes, scripts
from migrator.kubernetes.given import Claim, Given, Secret, key_of, named
from migrator.plan import (
    Container,
    Hook,
    Hooks,
    ModuleChoice,
    Network,
    Plan,
    Port,
    Probe,
    Reason,
    Value,
)
from migrator.verify.probes import HttpAnswer, Probes
from migrator.wanted import wanted
from tests import builders as build

PAGE = "http://127.0.0.1:8080/status?full=1"
WARN = Hook(on_failure="warn")
PLAN = build.plan(
    network=Network("old.example.org", {"db": "192.0.2.7"}, {}),
    ports={"8080/tcp": Port(80, "web"), "53/udp": Port(53, "names")},
    capabilities={"AUDIT_WRITE": Reason("sshd"), "SYS_NICE": Reason("chronyd")},
    sysctls={"net.ipv4.ip_forward": Value("1", "a router")},
    limits={
        "memory": Value("512M"),
        "cpus": Value("1.5"),
        "shm_size": Value("64M"),
        "pids": Value("100"),
        "nofile": Value("1024:4096"),
    },
    devices={"/dev/net/tun": Reason("vpn")},
    modules={"sctp": ModuleChoice(True, "a service")},
    probes={PAGE: Probe(False)},
    hooks=Hooks(
        {name: WARN for name in ("05-modules", "10-routes", "20-sysctls", "30-volumes")}
        | {"50-own": Hook(script="own.sh", timeout=5, retries=2, env={"LEVEL": "$(id)"})},
        {name: WARN for name in ("10-report", "20-clean")},
    ),
    container=Container(
        registry="registry.example/moved", dns=("192.0.2.53",), labels={"team": "web"}
    ),
)
ANSWERS = Probes({PAGE: HttpAnswer(200, "", True, "")}, {})
LINKS = (
    Link("out", "tcp", "192.0.2.7", 5432, "web.service", "web", 3),
    Link("out", "tcp", "192.0.2.7", 5433, "web.service", "web", 1),
    Link("out", "udp", "2001:db8::1", 514, "rsyslog.service", "rsyslogd", 1),
    Link("in", "tcp", "192.0.2.9", 8080, "web.service", "web", 1),
)


def given(plan: Plan, name: str = "Old_1", **more: Any) -> Given:
    image = {"tag": f"localhost/migrator/{name.lower()}:0123456789ab"}
    made = Given(
        name=named(name),
        wanted=wanted(plan, name, image),
        registry=plan.container.registry,
        repository=name.lower(),
        digest=f"sha256:{'0123456789abcdef' * 4}",
        data=f"sha256:{'fedcba9876543210' * 4}" if more.get("claims") else "",
        claims=(),
        secrets=(),
        readiness=probes.readiness(plan, ANSWERS),
        links=Dependencies((), LINKS, known=True),
    )
    made = replace(made, **more)
    rendered = {step.path: "#!/bin/sh\nexit 0\n" for step in steps(plan)}
    return scripts.added(made, plan, rendered)


def full(**more: Any) -> Given:
    claims = (
        Claim("old-1-srv-aaaaaa", "/srv", 3 << 30),
        Claim("old-1-var-log-bbbbbb", "/var/log", 5),
    )
    keys = (Secret(key_of("/etc/ssl/web key"), "/etc/ssl/web key", 33, 0, 0o640),)
    return given(PLAN, claims=claims, secrets=keys, **more)


def least() -> Given:
    return given(build.plan(jobs="released"), "web01", links=Dependencies())


CASES = {"full": full, "least": least}
