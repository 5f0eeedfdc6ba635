"""Services that would fail, or fight with the target: masked, and nothing without need."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan import Service

NETWORK = "the engine sets up the container's interface"
CLOCK = "the clock is the target's"
HARDWARE = "it serves hardware that a container does not have"
GUEST = "it serves the old hypervisor"
CRASHES = "crashes of the kernel are the target's"
AUDIT = "the kernel's audit is the target's"
KERNEL_LOG = "the kernel's log is the target's"
SWAP = "swap is the target's"


@dataclass(frozen=True)
class Kind:
    """Services of a machine that nobody needs in a container, with the reason."""

    reason: str
    names: tuple[str, ...]


KINDS = {
    "network": Kind(
        NETWORK,
        (
            *("networking", "NetworkManager", "NetworkManager-wait-online", "dhcpcd", "network"),
            *("systemd-networkd", "systemd-networkd-wait-online", "wicked", "wickedd"),
            *("wickedd-nanny", "wickedd-dhcp4", "wickedd-dhcp6", "wickedd-auto4"),
            *("ifupdown-wait-online", "dhcpcd-wait-online"),
        ),
    ),
    "time": Kind(
        CLOCK,
        (
            *("chrony", "chronyd", "chrony-wait", "ntp", "ntpd", "ntpsec", "openntpd", "ntpdate"),
            *("ntp-wait", "phc2sys", "ptp4l", "xntpd"),
        ),
    ),
    "hardware": Kind(
        HARDWARE,
        (
            *("acpid", "irqbalance", "lm-sensors", "lm_sensors", "mcelog", "mdmonitor"),
            *("multipathd", "rasdaemon", "smartd", "smartmontools", "thermald", "cpuspeed"),
            *("microcode_ctl", "udev-post", "kudzu", "haldaemon", "cpufrequtils", "loadcpufreq"),
            *("irq_balancer", "boot.udev", "boot.md", "boot.lvm", "boot.clock", "boot.rootfsck"),
            *("boot.loadmodules", "fancontrol", "numad"),
        ),
    ),
    "crashes": Kind(CRASHES, ("kdump", "kdump-tools", "boot.kdump")),
    "audit": Kind(AUDIT, ("auditd", "audit-rules")),
    "kernel log": Kind(KERNEL_LOG, ("klogd", "busybox-klogd", "inetutils-klogd")),
    "swap": Kind(SWAP, ("dphys-swapfile", "swapspace", "zramswap", "zram-config")),
    "guests": Kind(
        GUEST,
        (
            *("cloud-init", "cloud-init-local", "cloud-init-main", "cloud-init-network"),
            *("cloud-config", "cloud-final", "google-guest-agent", "google-startup-scripts"),
            *("hv-fcopy-daemon", "hv-kvp-daemon", "hv-vss-daemon", "hypervfcopyd", "hypervkvpd"),
            *("hypervvssd", "open-vm-tools", "vgauth", "vgauthd", "vmtoolsd", "vmware-tools"),
            *(
                "qemu-ga",
                "qemu-guest-agent",
                "vboxadd",
                "vboxadd-service",
                "virtualbox-guest-utils",
            ),
            *("waagent", "walinuxagent", "xe-daemon", "xe-linux-distribution", "prltoolsd"),
        ),
    ),
}
MASKED = {f"{name}.service": kind.reason for kind in KINDS.values() for name in kind.names} | {
    "systemd-networkd.socket": NETWORK
}
# A container's kernel never has what these need, whatever the plan grants.
VIRTUAL = "ConditionVirtualization="
CAPABLE = "ConditionCapability="
WRITABLE = ("ConditionPathIsReadWrite=/sys", "ConditionPathIsReadWrite=/proc/sys")
# Virtualization that a container is: its own word, or the general ones.
INSIDE = ("", "yes", "true", "1", "container", "podman", "docker", "oci")
AT_BOOT = ("enabled", "enabled-runtime", "generated")


def is_used(unit: Unit) -> bool:
    """Of a disk nobody knows what runs; there it counts what starts at boot."""
    state = unit.active or ("active" if unit.enabled in AT_BOOT else "inactive")
    return unit.load == "loaded" and state in ("active", "activating", "reloading")


def services(found: Facts, granted: Container[str]) -> dict[str, Service]:
    """``granted``: the capabilities of the container, without CAP_."""
    return {
        unit.name: Service("mask", MASKED[unit.name])
        for unit in found.units
        if unit.name in MASKED and _is_there(unit) and not skipped(unit, granted)
    }


def skipped(unit: Unit, granted: Container[str]) -> str:
    """The condition by which systemd passes over the unit in every container, or "".

    Conditions that begin with ``|`` are alternatives, and say nothing alone.
    """
    return next((each for each in unit.conditions if _rules_out(each, granted)), "")


def _rules_out(condition: str, granted: Container[str]) -> bool:
    if condition.startswith(VIRTUAL):
        word = condition.removeprefix(VIRTUAL)
        if word.startswith("!"):
            return word[1:] in INSIDE
        return not word.startswith("|") and word not in INSIDE
    if condition.startswith(CAPABLE):
        word = condition.removeprefix(CAPABLE)
        return word.startswith("CAP_") and word.removeprefix("CAP_") not in granted
    return condition in WRITABLE


def _is_there(unit: Unit) -> bool:
    return unit.load == "loaded" and (
        unit.active not in ("inactive", "") or unit.enabled == "enabled"
    )
