"""What several families of rules ask of a host: which units count, and whose kernel it is."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan.propose import MASKED

# Sources that are containers themselves: what their kernel has was not set up for them.
CONTAINERS = frozenset(
    (
        *("container-other", "docker", "lxc", "lxc-libvirt", "oci", "openvz", "podman", "proot"),
        *("rkt", "systemd-nspawn", "wsl"),
    )
)
AT_BOOT = ("enabled", "enabled-runtime", "generated")


def used(found: Facts) -> Iterator[Unit]:
    """Units that run or would start; without templates, and those that the plan always masks."""
    for unit in found.units:
        if unit.name not in MASKED and "@." not in unit.name and is_used(unit):
            yield unit


def is_used(unit: Unit) -> bool:
    """Of a disk nobody knows what runs; there it counts what starts at boot."""
    state = unit.active or ("active" if unit.enabled in AT_BOOT else "inactive")
    return unit.load == "loaded" and state in ("active", "activating", "reloading")


def has_own_kernel(found: Facts) -> bool:
    return found.system.virtualisation not in CONTAINERS
