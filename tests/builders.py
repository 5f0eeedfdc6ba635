"""Small true-to-type facts and plans, so that a test names only what it is about."""

from __future__ import annotations

from typing import Any

from migrator.adapt import SUBJECTS
from migrator.facts import SCHEMA, Facts
from migrator.facts.accounts import Accounts, User
from migrator.facts.cron import Cron, Job
from migrator.facts.kernel import Kernel
from migrator.facts.logrotate import Logrotate
from migrator.facts.network import Listener, Network, Route
from migrator.facts.packages import Packages
from migrator.facts.processes import Process
from migrator.facts.repositories import Repositories
from migrator.facts.secrets import Secret
from migrator.facts.security import Security
from migrator.facts.setting import Setting
from migrator.facts.software import Software
from migrator.facts.storage import Mount, Storage, Swap
from migrator.facts.syslog import LogRule, Syslog
from migrator.facts.system import System
from migrator.facts.units import Unit
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


RECORDS = {
    "packages": Packages,
    "repositories": Repositories,
    "software": Software,
    "cron": Cron,
    "syslog": Syslog,
    "network": Network,
    "storage": Storage,
    "accounts": Accounts,
    "kernel": Kernel,
    "security": Security,
    "logrotate": Logrotate,
}
LISTS = ("units", "processes", "services", "secrets", "literals")
PARTS = {
    "jobs": "cron",
    "rules": "syslog",
    "users": "accounts",
    "groups": "accounts",
    "sudo": "accounts",
    "sysctls": "kernel",
    "limits": "kernel",
    "modules": "kernel",
    "installed": "packages",
}


def facts(*, system: dict[str, Any] | None = None, **given: Any) -> Facts:
    """A healthy host with nothing on it, and what is ``given``: whole subjects as dicts of their
    parts, or parts by the names above."""
    base: dict[str, Any] = {
        "schema": SCHEMA,
        "agent": "",
        "python": "3.11.2",
        "taken_at": 1_700_000_000,
        "root": "/",
        "live": True,
        "privileged": True,
    }
    parts: dict[str, dict[str, Any]] = {name: dict(given.pop(name, {})) for name in RECORDS}
    for name in PARTS.keys() & given.keys():
        parts[PARTS[name]][name] = given.pop(name)
    subjects = {name: kind(**parts[name]) for name, kind in RECORDS.items()}
    lists: dict[str, Any] = dict.fromkeys(LISTS, ())
    return Facts(
        system=System(**{**SYSTEM, **(system or {})}), **{**base, **subjects, **lists, **given}
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


def swap(path: str) -> Swap:
    return Swap(path, "file", 1 << 30, 0, -2)


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
    return User(name, uid, uid, f"/home/{name}", "/bin/bash", password)


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
