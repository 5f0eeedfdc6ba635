"""What a container is given beyond nothing, and what on the host needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan import Plan
from migrator.plan.grants import ENGINE, NEEDED, served

FEW = 14  # a bounding set of more is what is left of all, and names nothing
SHOWN = 4  # of evidence that is alike
PRIVILEGED = 1024  # ports below
EVERY = "every container"
ALL = "ALL"  # as facts say it of a process that has every capability
# System calls that the profiles of podman and docker let through with a capability alone.
OPENED = {
    "BPF": ("bpf",),
    "DAC_READ_SEARCH": ("open_by_handle_at",),
    "PERFMON": ("perf_event_open",),
    "SYS_ADMIN": ("bpf", "fanotify_init", "lookup_dcookie", "perf_event_open", "quotactl"),
    "SYS_BOOT": ("reboot",),
    "SYS_MODULE": ("delete_module", "finit_module", "init_module"),
    "SYS_NICE": ("get_mempolicy", "mbind", "set_mempolicy"),
    "SYS_PACCT": ("acct",),
    "SYS_PTRACE": ("kcmp", "process_vm_readv", "process_vm_writev"),
    "SYS_RAWIO": ("ioperm", "iopl"),
    "SYS_TIME": ("clock_settime", "settimeofday"),
    "SYS_TTY_CONFIG": ("vhangup",),
    "SYSLOG": ("syslog",),
}


@dataclass(frozen=True)
class Granted:
    kind: Literal["capability", "device", "seccomp"]
    name: str  # NET_ADMIN, /dev/net/tun; of seccomp the system calls
    by: str  # who gives it
    evidence: tuple[str, ...]  # units, files and processes that need it; () when none is known


def granted(found: Facts, plan: Plan) -> list[Granted]:
    """Those of the plan first, then those of every container."""
    rows = [
        Granted("capability", name, "the plan", (why.reason, *_capability(found, name)))
        for name, why in sorted(plan.capabilities.items())
    ]
    rows += [
        Granted("seccomp", " ".join(OPENED[name]), f"the engine, for {name}", (f"see {name}",))
        for name in sorted(plan.capabilities)
        if name in OPENED
    ]
    rows += [
        Granted("device", path, "the plan", (why.reason, *_device(found, path)))
        for path, why in sorted(plan.devices.items())
    ]
    rows += [
        Granted("capability", name, EVERY, (*_every(found, name),))
        for name in ENGINE
        if name not in plan.capabilities
    ]
    return [_told_once(row) for row in rows]


def _told_once(row: Granted) -> Granted:
    texts = tuple(dict.fromkeys(text for text in row.evidence if text))
    return Granted(row.kind, row.name, row.by, texts)


def _capability(found: Facts, name: str) -> Iterator[str]:
    """The reasons of a plan are old: what is there now is looked at once more."""
    for unit in found.units:
        if unit.active == "active" and NEEDED.get(unit.name, ("", ""))[0] == name:
            yield f"{unit.name}: {NEEDED[unit.name][1]}"
        if unit.active == "active" and name in _named(unit, "AmbientCapabilities"):
            yield f"{unit.name} asks for it (AmbientCapabilities)"
        if unit.active == "active" and name in _few(unit):
            yield f"{unit.name} keeps it (CapabilityBoundingSet)"
    for process in found.processes:
        held = (*process.capabilities, *process.permitted, *process.ambient)
        if ALL not in held and f"CAP_{name}" in held and not process.container:
            who = process.exe or " ".join(process.command[:1])
            yield f"process {process.pid} {who} of {process.unit or process.user} has it"
    for program in found.security.privileged:
        if name in re.findall(r"CAP_(\w+)", program.capabilities.upper()):
            yield f"{program.path} has it ({program.capabilities})"


def _few(unit: Unit) -> list[str]:
    names = _named(unit, "CapabilityBoundingSet")
    return names if len(names) <= FEW else []


def _named(unit: Unit, key: str) -> list[str]:
    words = unit.properties.get(key, "").upper().split()
    return [word.removeprefix("CAP_") for word in words if not word.startswith("~")]


def _every(found: Facts, name: str) -> Iterator[str]:
    """Of the few that every container has, mostly its init needs it, for these units."""
    yield from _some(_capability(found, name))
    if name in ("SETUID", "SETGID", "CHOWN", "KILL"):
        yield from _some(
            f"{unit.name} runs as {unit.user}"
            for unit in found.units
            if unit.user not in ("", "root", "0") and unit.active == "active"
        )
    if name == "NET_BIND_SERVICE":
        yield from _some(
            f"{one.unit} listens at {one.port}" for one in served(found) if one.port < PRIVILEGED
        )
    if name == "SETPCAP":
        yield from _some(f"{unit.name} drops capabilities" for unit in found.units if _few(unit))
    if name in ("SETUID", "SETGID"):
        mode = 0o4000 if name == "SETUID" else 0o2000
        programs = found.security.privileged
        yield from _some(f"{one.path} is {one.mode}" for one in programs if int(one.mode, 8) & mode)


def _some(texts: Iterator[str]) -> Iterator[str]:
    known = list(dict.fromkeys(texts))
    yield from known[:SHOWN]
    if known[SHOWN:]:
        yield f"and {len(known) - SHOWN} others"


def _device(found: Facts, path: str) -> Iterator[str]:
    for process in found.processes:
        if path in process.devices and not process.container:
            who = process.exe or " ".join(process.command[:1])
            yield f"process {process.pid} {who} of {process.unit or process.user} has it open"
    for unit in found.units:
        if path in unit.properties.get("DeviceAllow", "").split():
            yield f"{unit.name} is allowed it (DeviceAllow)"
