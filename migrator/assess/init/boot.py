"""Which init a host has, and what of an old one cannot work in a container."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.tasks import set_aside
from migrator.facts import Facts
from migrator.facts.units import Unit

# Jobs of upstart that wait for hardware, or for an answer on the console.
WAITING = re.compile(
    r"(rcS-emergency|rcS-sulogin|plymouth\S*|upstart-udev-bridge|udev|udevtrigger|udevmonitor"
    r"|udev-\w+|hwclock\S*|console-(setup|font)|setvtrgb|failsafe)\.service$"
)
SYSTEM_SCRIPT = re.compile(r"(\S*/rc\.sysinit|/etc/init\.d/(?:rcS|boot))(?:\s|$)")
GETTY = re.compile(r"(?:\S*/)?(?:mingetty|agetty|getty)\s.*")
OLD = ("sysvinit", "upstart")


def _old(found: Facts, origin: str = "") -> Iterator[Unit]:
    """Units of a host without systemd that start at boot."""
    for unit in found.units if found.system.init in OLD else ():
        started = unit.enabled == "enabled" or unit.active == "active"
        if started and origin in ("", unit.origin):
            yield unit


def _job_aside(finding: Finding) -> dict[str, Any] | None:
    return set_aside(finding.where) if finding.where.startswith("/etc/init/") else None


@rule(
    "INI-01",
    Level.WARNING,
    "The init is not systemd",
    "sysvinit boots in a container as well (info). So does upstart with what is changed for it, but"
    " that was never tried, for want of a system of that age (risk). Under any other init the"
    " services are run by a supervisor below dumb-init.",
    "Choose with init in the plan: sbin-init is the host's own, dumb-init runs its services under a"
    " supervisor. Rehearse the launch of a host with upstart.",
)
def other_init(found: Facts) -> Iterator[Evidence]:
    levels = {"sysvinit": Level.INFO, "upstart": Level.RISK}
    if found.system.init != "systemd":
        yield "/sbin/init", found.system.init, levels.get(found.system.init, Level.WARNING)


@rule(
    "INI-02",
    Level.RISK,
    "A job of upstart waits for what a container does not have",
    "Upstart goes on only after the devices, the splash screen or the emergency shell of a machine"
    " have answered.",
    "Set the job's file aside in the image; versions from 1.3 on also read NAME.override with the"
    " word manual.",
    side="image",
    task=_job_aside,
    verify=True,
)
def waiting_jobs(found: Facts) -> Iterator[Evidence]:
    for unit in _old(found, "upstart"):
        if WAITING.match(unit.name):
            yield unit.fragment, unit.properties.get("start on", unit.name)


@rule(
    "INI-03",
    Level.RISK,
    "A script sets the machine up at boot",
    "It starts udev, checks and mounts file systems and sets the clock; in a container each of"
    " these fails, and a check that fails ends in a shell that nobody sees.",
    "Set the script aside in the image, or take these steps out of it; /fastboot in the image makes"
    " it leave out the checks.",
    side="image",
)
def system_script(found: Facts) -> Iterator[Evidence]:
    for unit in _old(found):
        for command in unit.commands:
            if SYSTEM_SCRIPT.search(command):
                yield unit.fragment, command


@rule(
    "INI-04",
    Level.WARNING,
    "A login waits on a console",
    "There is no console in a container: getty ends at once and init starts it again and again."
    " mingetty also ends when it may not hang up the line, as in a user namespace.",
    "Set the job aside in the image, or comment the line of inittab; log in with ssh or podman"
    " exec.",
    side="image",
    task=_job_aside,
    verify=True,
)
def consoles(found: Facts) -> Iterator[Evidence]:
    seen: dict[str, str] = {}
    for unit in found.units if found.system.init in OLD else ():
        started = unit.enabled in ("enabled", "static") or unit.active == "active"
        for command in unit.commands if unit.origin in ("upstart", "inittab") and started else ():
            if GETTY.match(command):
                seen.setdefault(unit.fragment, command)
    yield from seen.items()


@rule(
    "INI-05",
    Level.INFO,
    "The script that ends the host serves hardware",
    "It sets the hardware's clock, stops LVM and unmounts everything; in a container these steps"
    " only complain and take time.",
    "Put a copy without these steps in its place when the container must stop fast.",
    side="image",
)
def halt(found: Facts) -> Iterator[Evidence]:
    for unit in found.units if found.system.init in OLD else ():
        if unit.origin == "sysv" and unit.fragment.endswith(("/halt", "/reboot", "/boot.halt")):
            yield unit.fragment, "it runs when the container ends"
