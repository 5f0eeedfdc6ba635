"""Units that need hardware, do not do what they say, or would not come up again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.init.shutdown import WAITS
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import is_used, used
from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan.services import MASKED, NETWORK

# What serves disks, entropy, consoles and boot loaders, and is not skipped by systemd itself.
AT_HARDWARE = re.compile(
    r"(lvm2-(monitor|lvmetad|lvmpolld)|blk-availability|dm-event|dmraid-activation|mdadm-shutdown"
    r"|iscsid?|open-iscsi|rngd?|rng-tools|haveged|console-setup|keyboard-setup|kbdrate|plymouth\S*"
    r"|grub-common|grub2-common|grub-initrd-fallback|secureboot-db|kexec(-load)?|pollinate"
    r"|cryptdisks\S*|hwclock\S*|ondemand|cpufrequtils|loadcpufreq)\.service$"
)
NEEDS = ("Requires", "BindsTo", "Requisite")
# Mounts that a container has as well, or that nobody misses.
API = re.compile(r"(-|proc\S*|sys\S*|dev\S*|run\S*|tmp|boot\S*|var-lib-machines)\.mount$")
STARTERS = ("WantedBy", "RequiredBy", "UpheldBy", "TriggeredBy", "BoundBy", "RequisiteOf")
STAYING = ("simple", "forking", "notify", "exec")


@rule(
    "INI-06",
    Level.INFO,
    "A unit that serves the machine",
    "A container has no disks, consoles, boot loader or network cards to look after: the unit does"
    " nothing there, or fails without harm. systemd skips many by their own conditions.",
    "Nothing for those that the plan masks; mask another one in the plan's services when it fails.",
    side="image",
)
def machine_units(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        skipped = "!container" in " ".join(unit.conditions) or WAITS.match(unit.name)
        if skipped or not is_used(unit):
            continue
        if MASKED.get(unit.name) == NETWORK:
            yield unit.name, f"masked by the plan: {NETWORK}"
        elif AT_HARDWARE.match(unit.name):
            yield unit.name, unit.description or unit.fragment


@rule(
    "INI-08",
    Level.INFO,
    "A unit that counts as active whatever its processes do",
    "It stays active after its program ends (RemainAfterExit): neither systemd nor verify sees by"
    " its state whether the service lives.",
    "Plan a probe of its port, or write a unit that follows the process.",
)
def remains(found: Facts) -> Iterator[Evidence]:
    alive: dict[str, str] = {}
    for process in found.processes:
        alive.setdefault(process.unit, process.command[0] if process.command else "")
    for unit in used(found):
        if unit.name.endswith(".service") and unit.sub == "exited" and unit.name in alive:
            yield unit.name, f"exited, but {alive[unit.name]} runs"


@rule(
    "INI-09",
    Level.WARNING,
    "A unit has failed on the source",
    "It will fail in the container too; verify takes this as the baseline.",
    "Mend it before the move, so that a failed unit means something afterwards.",
)
def failed(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        if unit.active == "failed" and unit.name not in MASKED:
            yield unit.name, unit.properties.get("Result", "failed")


def _enable(finding: Finding) -> dict[str, Any] | None:
    plain = re.fullmatch(r"[\w@.:-]+\.service", finding.where)
    if not plain or "disabled" not in finding.evidence:
        return None
    command = f"systemctl enable {finding.where}"
    return {"name": f"Enable {finding.where}", "ansible.builtin.raw": command}


@rule(
    "INI-10",
    Level.WARNING,
    "What runs is not what a boot would start",
    "A container boots at each start: what runs but is not enabled is missing there (risk), and"
    " what is enabled but was stopped comes up.",
    "Enable what must run; disable what must not, on the source or in the plan's services.",
    task=_enable,
)
def not_as_booted(found: Facts) -> Iterator[Evidence]:
    for unit in used(found) if found.live else ():
        by_others = any(unit.dependencies.get(key) for key in STARTERS) or _by_bus(unit)
        if unit.name.endswith(".service") and unit.sub == "running" and not by_others:
            if unit.enabled == "transient" and unit.origin == "systemd":
                yield unit.name, "it runs and was started by hand with systemd-run", Level.RISK
            if unit.enabled == "disabled":
                yield unit.name, "it runs and is disabled", Level.RISK
    for unit in found.units if found.live else ():
        stays = unit.properties.get("Type") in STAYING and unit.origin == "systemd"
        stopped = unit.active == "inactive" and unit.enabled == "enabled"
        if stays and stopped and unit.load == "loaded" and not _started_otherwise(unit):
            yield unit.name, "it is enabled and does not run"


def _by_bus(unit: Unit) -> bool:
    return unit.properties.get("Type") == "dbus" or "BusName" in unit.properties


def _started_otherwise(unit: Unit) -> bool:
    """A timer or socket starts it, or systemd has skipped it."""
    skipped = unit.properties.get("ConditionResult") == "no"
    return skipped or bool(unit.dependencies.get("TriggeredBy")) or unit.name in MASKED


def _unlink(finding: Finding) -> dict[str, Any]:
    absent = {"path": finding.where, "state": "absent"}
    return {"name": f"Remove {finding.where}", "ansible.builtin.file": absent}


@rule(
    "INI-12",
    Level.INFO,
    "A link that wants a unit which is not there",
    "systemd passes it over, on the host as in the container. Most are left from a package that"
    " was removed, but it may be that a service is missing.",
    "Remove the link.",
    side="image",
    task=_unlink,
)
def broken_links(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        if unit.load == "not-found" and unit.fragment.startswith("/etc/"):
            yield unit.fragment, f"{unit.name} is not found"


@rule(
    "INI-13",
    Level.RISK,
    "A unit that needs a device or a mount",
    "systemd never sees a device in a container: who requires one waits for it until a time limit"
    " and fails. A mount counts as there when the plan makes its path a volume (warning).",
    "Take the requirement away in a drop-in; for a mount see that its path is in the plan's paths.",
    side="image",
)
def needs_device(found: Facts) -> Iterator[Evidence]:
    for unit in used(found):
        if not unit.name.endswith((".service", ".target")) or "getty@" in unit.name:
            continue
        for key in NEEDS:
            for name in unit.dependencies.get(key, ()):
                if name.endswith((".device", ".swap")):
                    yield unit.name, f"{key}={name}"
                elif name.endswith(".mount") and not API.match(name):
                    yield unit.name, f"{key}={name}", Level.WARNING


@rule(
    "INI-14",
    Level.INFO,
    "A unit that a generator makes at boot",
    "systemd makes it anew from what it finds: init scripts in a container as on the host, but"
    " nothing from the partitions of a disk or from encrypted ones.",
    "Nothing; write a unit for an init script when you touch it next.",
)
def generated(found: Facts) -> Iterator[Evidence]:
    for unit in used(found):
        script = unit.origin == "sysv" and found.system.init == "systemd"
        made = unit.fragment.startswith("/run/systemd/generator") and unit.origin == "systemd"
        if script:
            yield unit.fragment, unit.description or unit.name
        elif made and unit.name.endswith(".service") and "getty@" not in unit.name:
            yield unit.name, unit.fragment
