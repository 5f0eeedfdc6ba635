"""Units: what ran, was enabled or had failed on the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from migrator.adapt.inits.chosen import left_out
from migrator.adapt.jobs import held
from migrator.facts.units import Unit
from migrator.plan.grants import ENGINE
from migrator.plan.services import skipped
from migrator.verify.point import ABSENT, Case, Point, judge

KINDS = (".service", ".timer", ".socket", ".path", ".target")
# Units that serve a machine; systemd's own conditions skip them in a container, or nothing asks.
MACHINE = {
    "devices are the target's": r"systemd-udev|systemd-hwdb|systemd-rfkill|systemd-backlight",
    "kernel modules are the target's": r"kmod|systemd-modules-load|modprobe@",
    "disks are the target's": r"systemd-fsck|systemd-remount-fs|systemd-growfs|fstrim|lvm2",
    "the engine sets what the container may have": r"systemd-sysctl",
    "audit is the target's": r"systemd-journald-audit|audit",
    "the clock is the target's": r"systemd-timesyncd|time-(set|sync)",
    "a part of the machine's own boot": r"systemd-random-seed|systemd-boot|systemd-pstore",
    "there is no console to log in at": r"(serial-|console-|container-)?getty",
    "kernel file systems are the engine's": r"systemd-tmpfiles-setup-dev|sys-kernel|dev-|proc-sys",
    "the engine sets up the interface": r"ifup|network-?|systemd-networkd",
    "a login that lasted while the facts were read": r"user@[^/]*$|user-runtime-dir@|session-",
    "runs once after an update or a first boot": r"systemd-journal-flush|systemd-firstboot"
    r"|systemd-machine-id|ldconfig|systemd-update-done",
    "a name that only orders other units": r"cryptsetup|swap|rpcbind|remote-|nss-",
}


def compare(case: Case) -> Iterator[Point]:
    there = {unit.name: unit for unit in case.container.units}
    for unit in case.source.units:
        if unit.name.endswith(KINDS) and _matters(unit):
            other = there.get(unit.name)
            if other and case.plan.init == "dumb-init" and unit.enabled == "generated":
                other = replace(other, enabled="generated")  # no generator has made it a unit
            yield judge("unit", unit.name, _state(unit), _state(other), reason(case, unit))
    known_bad = {unit.name for unit in case.source.units if unit.active == "failed"}
    for unit in case.container.units:
        if unit.active == "failed" and unit.name not in known_bad:
            yield Point("unit", f"{unit.name} works", "not failed", _state(unit), "different")


def _matters(unit: Unit) -> bool:
    return unit.active not in ("inactive", "") or unit.enabled == "enabled"


def _state(unit: Unit | None) -> str:
    if unit is None or unit.load == "not-found":
        return ABSENT
    return f"{unit.active}, {unit.enabled or 'no file'}"


def reason(case: Case, unit: Unit) -> str:
    """Why a unit may be in another state than on the source, "" for none."""
    return _why(case, unit) or _skipped(case, unit)


def _why(case: Case, unit: Unit) -> str:
    service = case.plan.services.get(unit.name)
    if service and (service.decision != "keep" or not unit.active):
        return f"plan: {service.decision}; {service.reason}"
    left = left_out(unit, case.source, case.plan) if case.plan.init == "dumb-init" else ""
    if left:
        return f"plan: dumb-init; {left}"
    if case.plan.jobs == "held" and unit.name in held(case.source):
        return "plan: jobs are held"
    if unit.active == "failed":
        return "failed on the source already"
    machine = next((why for why, names in MACHINE.items() if re.match(names, unit.name)), "")
    if machine:
        return machine
    remains = "RemainAfterExit" in unit.properties and case.plan.init != "dumb-init"
    short = unit.properties.get("Type") == "oneshot" and not remains
    if short or unit.name in ("anacron.service", "rc-local.service"):
        return "it runs and ends by itself"
    return ""


def _skipped(case: Case, unit: Unit) -> str:
    condition = skipped(unit, (*ENGINE, *case.plan.capabilities))
    return f"systemd skips it in a container: {condition}" if condition else ""
