"""Services of a machine: its clock, screen, audit, sensors, and devices that programs use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import is_used, services, used
from migrator.facts import Facts
from migrator.facts.processes import Process
from migrator.facts.units import Unit
from migrator.plan.services import CLOCK, HARDWARE, MASKED

DISPLAYS = re.compile(
    r"(display-manager|gdm3?|lightdm|sddm|kdm|xdm|lxdm|slim|nodm|greetd|prefdm)\.service$"
)
# Beside what the plan masks; systemd skips by itself what says so in its conditions.
MACHINE = re.compile(
    r"(tuned|power-profiles-daemon|upower|udisks2|fwupd|bluetooth|ModemManager|bolt|cpupower"
    r"|hddtemp|fancontrol|i2c-\w+|ipmi(evd)?|edac|abrt-(oops|xorg|vmcore)|kdump-tools|numad|ksm"
    r"|ksmtuned|zramswap|laptop-mode|apmd|microcode\w*)\.service$"
)
CRASHES = "kdump.service"
# Devices of a machine that an engine does not give to a container.
DEVICES = re.compile(
    r"/dev/(tty(S|USB|ACM|AMA|MXUSB|D|R)\d|lp\d|usb/|bus/usb/|parport|nvidia|dri/|kfd|video\d"
    r"|hidraw|snd/|gpib|infiniband/|uio\d|vfio/|tpm|sg\d|st\d|nst\d|dahdi/|zap/|ipmi\d|watchdog)"
)
# They wait for logins, serve a screen, or look after the machine itself.
CARETAKERS = re.compile(
    r"(agetty|m?getty|fgetty|login|sulogin|-?(ba|z|k|c|tc|da)?sh|init|systemd|systemd-\w+|udevd"
    r"|Xorg|X|gdm\S*|gnome-shell|acpid|watchdog|plymouthd|fwupd|upowerd|ipmievd|ModemManager"
    r"|tcsd|tpm2-abrmd|pulseaudio|pipewire|wireplumber|mdadm|smartd)$"
)
SERVERS_OF_DEVICES = re.compile(
    r"(nvidia-persistenced|nvidia-fabricmanager|dcgm|pcscd|gpsd|lircd|dahdi|nut-driver(@.+)?"
    r"|apcupsd|faxgetty|hylafax|mgetty|bluetooth-mesh|hasplmd|aksusbd)\.service$"
)
TIME = 123


def _shown(unit: Unit) -> str:
    reason = MASKED.get(unit.name, "")
    return f"masked by the plan: {reason}" if reason else unit.description or unit.fragment


def _skips_itself(unit: Unit) -> bool:
    return "!container" in " ".join(unit.conditions)


@rule(
    "SVC-04",
    Level.WARNING,
    "A desktop",
    "A container has no screen and no virtual terminals: a display manager fails, again and again."
    " Desktops that are shown over the network need systemd-logind and D-Bus, which run (info).",
    "Mask the display manager in the plan's services; let people use VNC or RDP, or keep a VM.",
    side="image",
    verify=True,
)
def desktops(found: Facts) -> Iterator[Evidence]:
    for unit in used(found):
        if DISPLAYS.match(unit.name):
            yield unit.name, unit.description or unit.fragment
    for where, service in services(found, "vnc", "xrdp"):
        yield where, f"{service.name} shows desktops over the network", Level.INFO


@rule(
    "SVC-06",
    Level.INFO,
    "The host keeps its clock right by itself",
    "The clock is the target's, and a container may not set it: the plan masks such a service. Who"
    " asks this host for the time gets no answer any more (risk).",
    "See that the target's clock is right; give those who ask this host another server.",
    side="target",
    verify=True,
)
def clocks(found: Facts) -> Iterator[Evidence]:
    servers = {source.daemon: ", ".join(source.servers) for source in found.system.time_sources}
    for unit in found.units:
        if MASKED.get(unit.name) == CLOCK and is_used(unit) and not _skips_itself(unit):
            daemon = unit.name.removesuffix(".service").removesuffix("d")
            asked = servers.get(daemon) or servers.get(f"{daemon}d", "")
            yield unit.name, _shown(unit) + (f"; it asks {asked}" if asked else "")
    for listener in found.network.listeners:
        public = not listener.address.startswith("127.") and listener.address != "::1"
        # ntpd listens in any case, chronyd only to serve others.
        if listener.port == TIME and public and listener.process == "chronyd":
            yield f"port {TIME}/udp", "chronyd serves the time to others", Level.RISK
            break


@rule(
    "SVC-07",
    Level.RISK,
    "The kernel's audit is in use",
    "The kernel has one audit, which is the target's: rules that are loaded here are not in force,"
    " and nothing is written to audit.log. The plan masks auditd. Without rules of the host's own"
    " only its record of logins is lost (info).",
    "Put the rules among the target's, with paths as the target sees them, and send its log to"
    " whoever reads this one.",
    side="target",
)
def audit(found: Facts) -> Iterator[Evidence]:
    rules = [line for line in found.security.audit if line.key in ("-w", "-a", "-A")]
    daemon = [u for u in found.units if u.name == "auditd.service" and is_used(u)]
    if rules:
        more = f" and {len(rules) - 1} more rules" if len(rules) > 1 else ""
        off = "" if daemon else ", but no auditd of the host loads it"
        level = Level.RISK if daemon else Level.WARNING
        yield rules[0].where, f"{rules[0].key} {rules[0].value}{more}{off}", level
    elif daemon:
        yield "auditd.service", "it has no rules of the host's own", Level.INFO


@rule(
    "SVC-08",
    Level.INFO,
    "A service of the machine",
    "Sensors, disks, power, crashes and firmware are the target's: in a container there is nothing"
    " for it to do. What it tuned of the kernel, such as a profile of tuned, is the target's too.",
    "Nothing for those that the plan masks; mask another one in the plan's services when it fails.",
    side="image",
)
def sensors(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        masked = MASKED.get(unit.name) == HARDWARE or unit.name == CRASHES
        if (masked or MACHINE.match(unit.name)) and is_used(unit) and not _skips_itself(unit):
            yield unit.name, _shown(unit)


@rule(
    "SVC-19",
    Level.RISK,
    "A program uses a device of the machine",
    "The engine gives a container no serial lines, USB devices, graphics cards or tapes: the"
    " program cannot open its device. A rule for a device of its own says that there was one"
    " (warning).",
    "Attach the device to the target and give it to the container in a drop-in of its quadlet, with"
    " AddDevice=, or keep the host as a VM.",
    side="target",
)
def devices(found: Facts) -> Iterator[Evidence]:
    for process in found.processes:
        paths = [path for path in process.devices if DEVICES.match(path)]
        if paths and not process.container and not CARETAKERS.match(_program(process)):
            own = process.unit if process.unit.endswith(".service") else ""
            where = own or f"{_program(process)} (pid {process.pid})"
            yield where, f"{' '.join(process.command)} has {' '.join(paths)}"
    for unit in used(found):
        if SERVERS_OF_DEVICES.match(unit.name):
            yield unit.name, unit.description or unit.fragment, Level.WARNING
    for line in found.kernel.udev_rules:
        if re.search(r"idVendor|ID_SERIAL|ID_VENDOR|SUBSYSTEMS?==\"(usb|tty|usb-serial)", line.raw):
            yield line.where, " ".join(line.raw.replace("\\\n", " ").split()), Level.WARNING


def _program(process: Process) -> str:
    name = process.exe or (process.command or ("",))[0]
    return name.removesuffix(" (deleted)").rpartition("/")[2].rstrip(":")
