"""What several families of rules ask of a host: which units and services count, and whose kernel
it is."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.facts import Facts
from migrator.facts.services import Service
from migrator.facts.units import Unit
from migrator.plan.services import AT_BOOT, MASKED, is_used

__all__ = ["AT_BOOT", "CONTAINERS", "is_used", "services", "used"]

# Sources that are containers themselves: what their kernel has was not set up for them.
CONTAINERS = frozenset(
    (
        *("container-other", "docker", "lxc", "lxc-libvirt", "oci", "openvz", "podman", "proot"),
        *("rkt", "systemd-nspawn", "wsl"),
    )
)


def used(found: Facts) -> Iterator[Unit]:
    """Units that run or would start; without templates, and those that the plan always masks."""
    for unit in found.units:
        if unit.name not in MASKED and "@." not in unit.name and is_used(unit):
            yield unit


def services(found: Facts, *only: str) -> Iterator[tuple[str, Service]]:
    """(its unit, or its name, service) of those that run or are started at boot; ``only`` of
    these names or kinds, if there are any."""
    for service in found.services:
        wanted = not only or service.name in only or service.kind in only
        if wanted and service.state != "installed":
            yield _place(found, service), service


def _place(found: Facts, service: Service) -> str:
    """The unit that runs, a service before its timer or socket."""
    names = [name for name in service.units if "@." not in name]
    names.sort(key=lambda name: not name.endswith(".service"))
    own = {unit.name for unit in found.units if unit.name in names and is_used(unit)}
    return next((name for name in names if name in own), (*names, service.name)[0])


def described(service: Service) -> str:
    """As evidence: "mysql 10.1.48 runs"."""
    state = "runs" if service.state == "running" else "starts at boot"
    version = service.version.rpartition(":")[2]  # without its epoch
    return f"{service.name} {version} {state}".replace("  ", " ")


def has_own_kernel(found: Facts) -> bool:
    return found.system.virtualisation not in CONTAINERS
