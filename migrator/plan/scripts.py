"""What sysvinit and upstart start at boot for the machine, and a container does not need."""

from __future__ import annotations

import re

from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan import Service

OLD = ("sysvinit", "upstart")
DISKS = "disks are the engine's: there is nothing to check, mount or unmount"
KERNEL = "kernel file systems and devices are the engine's"
EMPTY = "the engine gives an empty /run and /tmp at each start"
LOG = "the kernel's log is the target's"
CLOCK = "the clock is the target's"
NAME = "the engine sets the host's name"
SETTINGS = "the engine sets what of the kernel a container may have"
CONSOLE = "there is no console"
NAMES = {
    DISKS: r"checkroot|checkfs|mountall|mountnfs|umountfs|umountnfs|umountroot|lvm2\S*|mdadm\S*"
    r"|cryptdisks\S*|open-iscsi|multipath-tools\S*|netfs|blk-availability|boot\.(?:lvm|md|crypto"
    r"|rootfsck|localfs|swap)",
    KERNEL: r"udev\S*|mountkernfs|mountdevsubfs|mount-configfs|kmod|module-init-tools|brightness"
    r"|urandom|boot\.(?:udev\S*|device-mapper|loadmodules)",
    EMPTY: r"checkroot-bootclean|mountall-bootclean|mountnfs-bootclean",
    LOG: r"bootlogs|klogd",
    CLOCK: r"hwclock\S*|boot\.clock|ntpdate",
    NAME: r"hostname",
    SETTINGS: r"procps|boot\.sysctl",
    CONSOLE: r"console-setup|keyboard-setup|kbd|consolekit|plymouth\S*|gpm|setvtrgb|console-font"
    r"|tty\S*|serial|start-ttys|rcS-(?:emergency|sulogin)|failsafe|prefdm|splash\S*",
}
SYSLOG = ("rsyslog.service", "syslog-ng.service", "sysklogd.service", "inetutils-syslogd.service")
GENERATED = "it has no init script: one is generated from its unit"
STARTED = ("enabled", "enabled-runtime")


def services(found: Facts) -> dict[str, Service]:
    """For another init than systemd."""
    if found.system.init not in OLD:
        return {}
    disabled = {unit.name: _reason(unit) for unit in found.units if _is_started(unit)}
    chosen = {name: Service("disable", reason) for name, reason in disabled.items() if reason}
    return {**chosen, **_without_script(found)}


def _is_started(unit: Unit) -> bool:
    """At the boot, or at the end of the host."""
    return unit.enabled in STARTED or bool(unit.runlevels.keys() & {"0", "6"})


def _reason(unit: Unit) -> str:
    short = unit.name.removesuffix(".service").removesuffix(".sh")
    if unit.origin not in ("sysv", "upstart"):
        return ""
    return next((why for why, names in NAMES.items() if re.fullmatch(names, short)), "")


def _without_script(found: Facts) -> dict[str, Service]:
    """Units that this init cannot read, of what runs nevertheless, and of log daemons: nobody
    misses these until a log is asked for."""
    running = {process.command[0] for process in found.processes if process.command}
    return {
        unit.name: Service("keep", GENERATED)
        for unit in found.units
        if unit.origin == "systemd" and unit.name.endswith(".service") and unit.enabled in STARTED
        if unit.name in SYSLOG or running.intersection(line.split()[0] for line in unit.commands)
    }
