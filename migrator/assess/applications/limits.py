"""Limits, priorities and rights that programs ask for beyond what a container is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.tasks import set_sysctl
from migrator.assess.used import used
from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan.grants import ENGINE_NOFILE

# What an engine that root starts has by itself: files, processes, and bytes that may be locked.
ENGINE = {"nofile": ENGINE_NOFILE, "nproc": 1048576, "memlock": 8 << 20}
KILOBYTES = ("memlock",)  # the unit of limits.conf
ENDLESS = ("unlimited", "infinity", "-1")
UNIT_LIMITS = {"LimitNOFILE": "nofile", "LimitNPROC": "nproc", "LimitMEMLOCK": "memlock"}
CLOSEST = 247  # a systemd that goes on with the priority that it may set
# Their processes are the init's own, or of every host.
STOCK = re.compile(r"(systemd-\S+|dbus(-broker)?|ssh|sshd|rsyslog|auditd|polkit)\.service$")
DISTRIBUTION = re.compile(r"/(usr/)?s?bin/|/(usr/)?(lib|lib64|libexec|share)/")
PLUGINS = re.compile(r"/(nagios|monitoring-plugins)/")


def _allow(finding: Finding) -> dict[str, Any] | None:
    """The target's own bound of open files."""
    most = re.search(r" nofile\s+(\d+)$", finding.evidence)
    return set_sysctl("fs.nr_open", most[1]) if most else None


@rule(
    "APP-08",
    Level.WARNING,
    "Limits beyond the engine's own",
    "Only SYS_RESOURCE may raise a limit. pam_limits refuses a session whose hard limit it cannot"
    " set, so that cron, su and ssh of that user fail; a soft one it lowers, as systemd does with"
    " what it cannot set, and the program gets less (info). The plan takes over the open files of"
    " limits.conf, and the target must allow as many: the container would not start.",
    "Raise fs.nr_open on the target for files; for others set the plan's limits, such as memlock"
    " to -1:-1.",
    side="target",
    task=_allow,
)
def limits(found: Facts) -> Iterator[Evidence]:
    for setting in found.kernel.limits:
        domain, _, item = setting.key.rpartition(" ")
        amount = _amount(setting.value, 1024 if item in KILOBYTES else 1)
        stock = domain == "root soft"  # as every Red Hat has it for the processes
        if amount > ENGINE.get(item, amount) and not stock:
            soft = domain.endswith(" soft")  # pam_limits lowers it to the hard one by itself
            level = Level.INFO if soft else Level.WARNING
            yield setting.where, " ".join(setting.raw.split()), level
    for unit in used(found):
        for key, item in UNIT_LIMITS.items():
            value = unit.properties.get(key, "").rpartition(":")[2]
            own = unit.name.endswith(".service") and not STOCK.match(unit.name)
            if own and value and _amount(value, 1) > ENGINE[item]:
                yield unit.name, f"{key}={value}", Level.INFO


def _amount(value: str, factor: int) -> float:
    """0 for what is no number."""
    if value in ENDLESS:
        return float("inf")
    return int(value) * factor if value.isdigit() else 0


@rule(
    "APP-09",
    Level.INFO,
    "A service that asks for a better place than others",
    "Only SYS_RESOURCE and SYS_NICE may take one. systemd goes on without a protection from the"
    " killer at the end of memory, and since version 247 without a better priority; before, a"
    " service with one may not start, and none does that wants the disk in real time (risk).",
    "Set Nice=0 or an empty IOSchedulingClass= in a drop-in, or grant SYS_NICE in the plan.",
    side="image",
)
def priorities(found: Facts) -> Iterator[Evidence]:
    for unit in used(found):
        own = unit.name.endswith(".service") and unit.origin == "systemd"
        if own and not STOCK.match(unit.name):
            yield from _priorities(unit, found.system.init_version)


def _priorities(unit: Unit, version: int) -> Iterator[Evidence]:
    nice = unit.properties.get("Nice", "")
    if nice.startswith("-"):
        level = Level.RISK if 0 < version < CLOSEST else Level.INFO
        yield unit.name, f"Nice={nice}", level
    if unit.properties.get("IOSchedulingClass", "") in ("1", "realtime"):
        yield unit.name, "IOSchedulingClass=realtime", Level.RISK
    adjust = unit.properties.get("OOMScoreAdjust", "")
    if adjust.startswith("-"):
        yield unit.name, f"OOMScoreAdjust={adjust}"


@rule(
    "APP-10",
    Level.INFO,
    "Programs of an application that run with their owner's rights",
    "They work in the container: launch does not set no_new_privs, which would take the effect of"
    " setuid and setgid from them, and from sudo and su.",
    "Nothing; leave NoNewPrivileges= out of drop-ins of the container's quadlet.",
    side="target",
)
def helpers(found: Facts) -> Iterator[Evidence]:
    for program in found.security.privileged:
        own = not DISTRIBUTION.match(program.path) or PLUGINS.search(program.path)
        if own and not program.capabilities:
            yield program.path, f"mode {program.mode}, owner {program.uid}"
