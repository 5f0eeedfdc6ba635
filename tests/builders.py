"""Small true-to-type facts and plans, so that a test names only what it is about."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from migrator.adapt import SUBJECTS
from migrator.facts import (
    Facts,
    Job,
    Listener,
    LogRule,
    Mount,
    Network,
    Process,
    Route,
    Secret,
    Setting,
    Storage,
    System,
    Unit,
    User,
)
from migrator.plan import Hooks, Identity, Plan
from migrator.plan import Network as PlanNetwork

SYSTEM: dict[str, Any] = {
    "hostname": "old",
    "fqdn": "old.example.org",
    "os_id": "debian",
    "os_version": "12",
    "os_name": "Debian GNU/Linux 12 (bookworm)",
    "kernel": "6.1.0-20-amd64",
    "architecture": "x86_64",
    "init": "systemd",
    "init_version": 252,
    "virtualisation": "qemu",
    "machine_id": "0123456789abcdef0123456789abcdef",
    "boot_id": "",
    "timezone": "Etc/UTC",
    "locale": "",
    "cpus": 2,
    "memory": 1 << 30,
    "selinux": "absent",
}


LISTS = (
    *("packages", "units", "processes", "jobs", "logs", "rotations", "users", "groups", "sudo"),
    *("sysctls", "limits", "modules", "secrets"),
)


def _names(kind: Any) -> list[str]:
    return [field.name for field in fields(kind)]


def facts(
    *,
    system: dict[str, Any] | None = None,
    network: dict[str, Any] | None = None,
    storage: dict[str, Any] | None = None,
    **given: Any,
) -> Facts:
    """A healthy host with nothing on it, and what is ``given``."""
    lists: dict[str, Any] = dict.fromkeys(LISTS, ())
    net: dict[str, Any] = dict.fromkeys(_names(Network), ())
    disks: dict[str, Any] = dict.fromkeys(_names(Storage), ())
    base: dict[str, Any] = {
        "schema": 1,
        "agent": "",
        "python": "3.11.2",
        "taken_at": 1_700_000_000,
        "root": "/",
        "privileged": True,
    }
    return Facts(
        system=System(**{**SYSTEM, **(system or {})}),
        network=Network(**{**net, **(network or {})}),
        storage=Storage(**{**disks, **(storage or {})}),
        **{**base, **lists, **given},
    )


def unit(name: str, **given: Any) -> Unit:
    base: dict[str, Any] = {
        "load": "loaded",
        "active": "active",
        "sub": "running",
        "enabled": "enabled",
        "origin": "systemd",
        "fragment": f"/lib/systemd/system/{name}",
        "drop_ins": (),
        "description": name,
        "user": "",
        "commands": (),
        "environment_names": (),
        "properties": {},
    }
    return Unit(name=name, **{**base, **given})


def listener(port: int, unit: str = "web.service", **given: Any) -> Listener:
    base: dict[str, Any] = {"protocol": "tcp", "address": "0.0.0.0", "pid": 10, "process": "web"}
    return Listener(port=port, unit=unit, **{**base, **given})


def process(pid: int, command: str) -> Process:
    words = tuple(command.split())
    return Process(pid, 1, "root", words, words[0], "web.service", ())


def mount(path: str, kind: str = "local", fstype: str = "ext4") -> Mount:
    return Mount(path, "/dev/vdb", fstype, "rw", 1 << 30, 1 << 20, kind)


def route(destination: str, gateway: str = "10.0.0.1", origin: str = "boot") -> Route:
    return Route(destination, gateway, "eth0", origin)


def job(kind: str, where: str, command: str = "/bin/true", user: str = "root") -> Job:
    return Job(kind, where, user, "* * * * *", command, f"* * * * * {command}")


def log(
    kind: str, selector: str, destination: str = "", where: str = "/etc/rsyslog.conf:1"
) -> LogRule:
    return LogRule(kind, where, selector, destination, f"{selector} {destination}")


def setting(where: str, key: str, value: str) -> Setting:
    return Setting(where, key, value, f"{key} {value}")


def secret(kind: str, path: str, detail: str = "") -> Secret:
    return Secret(kind, path, detail)


def user(name: str, uid: int = 1000, password: str = "locked") -> User:
    return User(name, uid, uid, f"/home/{name}", "/bin/bash", password, ())


def plan(**given: Any) -> Plan:
    """A plan that leaves everything as it is."""
    empty = ["services", "paths", "ports", "capabilities", "sysctls", "limits", "probes", "waivers"]
    base: dict[str, Any] = {
        "schema": 1,
        "host": "old",
        "init": "systemd",
        "jobs": "held",
        "stop_timeout": 100,
        "adapt": dict.fromkeys(SUBJECTS, True),
        "network": PlanNetwork("old", {}, {}),
        "identity": Identity(),
        "hooks": Hooks({}, {}),
        **{name: {} for name in empty},
    }
    return Plan(**{**base, **given})
