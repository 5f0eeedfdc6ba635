"""Rules about disks, mounts and swap."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts


@rule(
    "STO-01",
    Level.RISK,
    "fstab mounts devices",
    "A container has no disks of its own: an init that waits for one ends in its emergency shell.",
    "Nothing: build comments the lines, and what they mounted becomes volumes.",
)
def devices(found: Facts) -> Iterator[Evidence]:
    for line in found.storage.fstab:
        if line.source.startswith(("/dev/", "UUID=", "LABEL=", "PARTUUID=")):
            yield line.where, line.raw


@rule(
    "STO-02",
    Level.WARNING,
    "A file system of its own",
    "Tools that copy one file system leave it behind without a word.",
    "Check in the plan's paths that it becomes a volume.",
)
def separate(found: Facts) -> Iterator[Evidence]:
    for mount in found.storage.mounts:
        if mount.kind == "local" and mount.path != "/":
            yield mount.path, f"{mount.fstype} on {mount.source}, {mount.used >> 20} MB used"


@rule(
    "STO-03",
    Level.OVERRIDABLE,
    "A network file system is mounted",
    "A container may not mount it; the data is not copied.",
    "Mount it on the target and bind it into the container.",
)
def network(found: Facts) -> Iterator[Evidence]:
    for mount in found.storage.mounts:
        if mount.kind == "network":
            yield mount.path, f"{mount.fstype} from {mount.source}"


@rule(
    "STO-04",
    Level.BLOCKER,
    "The host exports file systems from its kernel",
    "The NFS server lives in the kernel, which a container shares with its target.",
    "Serve from the target or a VM, then waive this finding.",
)
def exports(found: Facts) -> Iterator[Evidence]:
    for name in ("nfs-server.service", "nfs-kernel-server.service"):
        unit = found.unit(name)
        if unit and unit.active == "active":
            yield name, f"{unit.active} ({unit.sub})"


@rule(
    "STO-10",
    Level.INFO,
    "Swap is in use",
    "Swap is the target's; the container is limited by its memory settings instead.",
    "Give the container the memory that the host used, swap included.",
)
def swap(found: Facts) -> Iterator[Evidence]:
    for area in found.storage.swaps:
        yield area.path, "active swap"
