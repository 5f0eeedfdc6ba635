"""Units that ask for more than the container may: what becomes of each of their settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan import Plan, Reason, Sandbox
from migrator.plan.services import AT_BOOT, is_used

Value = Callable[[str], bool]
REALTIME = ("fifo", "rr", "1", "2")  # the last two as systemctl prints them
NICE_FALLS_BACK = 248  # the first systemd that goes on with the nearest niceness
SERVICES = (".service", ".socket", ".mount", ".swap")


@dataclass(frozen=True)
class Setting:
    """``instead``: what a drop-in sets, where the service can do without; else {}."""

    name: str
    matters: Value
    capability: str
    instead: dict[str, str]
    why: str


def moves(binds: str) -> bool:
    """A path that is bound to itself changes nothing of what a service sees."""
    return any(_differs(bind.split(":")) for bind in binds.split())


def _differs(parts: list[str]) -> bool:
    return len(parts) > 1 and parts[0].lstrip("-") != parts[1]


def _is_set(value: str) -> bool:
    return value not in ("", "no", "0")


MOUNTS = "systemd may not make the mounts by which it sees other files, and does not start it"
SETTINGS = (
    Setting("TemporaryFileSystem", _is_set, "SYS_ADMIN", {"TemporaryFileSystem": ""}, MOUNTS),
    Setting("LogNamespace", _is_set, "SYS_ADMIN", {"LogNamespace": ""}, MOUNTS),
    Setting("DynamicUser", _is_set, "SYS_ADMIN", {"DynamicUser": "no"}, MOUNTS),
    Setting("RootDirectory", _is_set, "SYS_ADMIN", {}, MOUNTS),
    Setting("RootImage", _is_set, "SYS_ADMIN", {}, MOUNTS),
    Setting("NetworkNamespacePath", _is_set, "SYS_ADMIN", {}, MOUNTS),
    Setting("BindPaths", moves, "SYS_ADMIN", {"BindPaths": ""}, MOUNTS),
    Setting("BindReadOnlyPaths", moves, "SYS_ADMIN", {"BindReadOnlyPaths": ""}, MOUNTS),
    Setting(
        "CPUSchedulingPolicy",
        REALTIME.__contains__,
        "SYS_NICE",
        {"CPUSchedulingPolicy": "other", "CPUSchedulingPriority": "0"},
        "a real-time priority needs the right to set it",
    ),
    Setting(
        "IOSchedulingClass",
        ("realtime", "1").__contains__,
        "SYS_NICE",
        {"IOSchedulingClass": "best-effort"},
        "a real-time priority needs the right to set it",
    ),
    Setting(
        "CPUAffinity",
        _is_set,
        "",
        {"CPUAffinity": ""},
        "it names processors of the VM, which the target may not have",
    ),
)
NICE = Setting(
    "Nice",
    lambda value: value.startswith("-"),
    "SYS_NICE",
    {"Nice": "0"},
    "a systemd of this age does not start what may not be as nice as it says",
)


def sandboxes(found: Facts) -> dict[str, Sandbox]:
    """The proposal: a drop-in where the service can do without. SYS_ADMIN is nearly all rights:
    only a person may grant it."""
    chosen = {}
    for unit in found.units:
        starts = is_used(unit) or (unit.load == "loaded" and unit.enabled in AT_BOOT)
        asked = _asked(found, unit) if starts and unit.origin == "systemd" else []
        if asked and unit.name.endswith(SERVICES):
            chosen[unit.name] = _sandbox(unit, asked)
    return chosen


def _asked(found: Facts, unit: Unit) -> list[Setting]:
    old = 0 < found.system.init_version < NICE_FALLS_BACK
    known = (*SETTINGS, NICE) if old else SETTINGS
    return [one for one in known if one.matters(unit.properties.get(one.name, ""))]


def _sandbox(unit: Unit, asked: list[Setting]) -> Sandbox:
    reason = "; ".join(f"{one.name}={unit.properties[one.name]}: {one.why}" for one in asked)
    settings = {key: value for one in asked for key, value in one.instead.items()}
    capabilities = dict.fromkeys(one.capability for one in asked if one.capability)
    lasting = [one.name for one in asked if not one.instead]
    if lasting:
        reason += f"; it cannot do without {' and '.join(lasting)}: grant it, or change the unit"
    return Sandbox(
        decision="keep" if lasting else "drop-in",
        settings=settings,
        capabilities=" ".join(capabilities),
        reason=reason,
    )


def granting(plan: Plan) -> Plan:
    """``plan`` with the capabilities of all units that are granted what they ask for."""
    granted = dict(plan.capabilities)
    for name, sandbox in sorted(plan.sandbox.items()):
        for capability in sandbox.capabilities.split() if sandbox.decision == "grant" else ():
            word = re.sub(r"^CAP_", "", capability.upper())
            granted.setdefault(word, Reason(f"{name}: {sandbox.reason}"))
    return replace(plan, capabilities=granted)
