"""Whether the target has room for the host, and what it claims is free."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.placement import Placement
from migrator.assess.rules import Evidence, placed

MB = 1 << 20
INSTANCES = 32  # of inotify, what a systemd with its services takes at most, and some to spare


@placed(
    "TGT-05",
    Level.OVERRIDABLE,
    "What the container would take on the target is taken",
    "A port or volume that has another owner stops the launch; a unit of the same name would no"
    " longer be started as it was.",
    "Give the container another port in the plan, or move what is there; a unit or container of"
    " the same name: rename the host in the inventory.",
)
def claims(pair: Placement) -> Iterator[Evidence]:
    ports = {port.target: inside for inside, port in pair.plan.ports.items()}
    for taken in pair.target.claims.ports:
        inside = ports.get(taken.port, "")
        yield f"port {taken.port}/{taken.protocol}", f"for {inside}: {taken.reason}"
    for name in pair.target.claims.names:
        yield f"{name.kind} {name.name}", "it exists and was not made by the toolkit"


@placed(
    "TGT-08",
    Level.OVERRIDABLE,
    "The target has too little room",
    "A disk that fills up while an image is pulled stops the launch, and other containers with it;"
    " too little memory ends processes. Only this host is counted, not others of the same wave.",
    "Free or add what is missing, or take another target.",
)
def room(pair: Placement) -> Iterator[Evidence]:
    if pair.target.claims.own:
        return  # it is there already, and counted in what is left
    storage, system, sizes = pair.target.storage, pair.target.system, pair.sizes
    wanted = sizes.image + sizes.volumes
    if storage.path and storage.free < wanted:
        parts = f"image {sizes.image // MB:,} MB and volumes {sizes.volumes // MB:,} MB"
        yield storage.path, f"{storage.free // MB:,} MB are free, {parts} are predicted"
    if storage.path and 0 <= storage.inodes < sizes.files:
        yield storage.path, f"{storage.inodes:,} inodes are free, {sizes.files:,} files are to come"
    memory, cpus = pair.needed("memory"), pair.needed("cpus")
    if system.available and system.available < memory:
        seen = f"{system.available // MB:,} MB are available, {memory // MB:,} MB are suggested"
        yield "memory", seen, Level.RISK
    if system.cpus and system.cpus < cpus:
        yield "cpus", f"it has {system.cpus}, {cpus} are suggested", Level.WARNING


@placed(
    "TGT-12",
    Level.RISK,
    "The target has few inotify instances left",
    "Root's processes of all containers and of the target share them, and a systemd with its"
    " services takes about ten. Where none is left, units that watch paths fail at the start:"
    " 'Too many open files'.",
    "Raise fs.inotify.max_user_instances on the target, to 1024 for some dozens of containers.",
)
def watchers(pair: Placement) -> Iterator[Evidence]:
    left = pair.target.system.inotify
    if 0 <= left < INSTANCES and not pair.target.claims.own:
        yield "fs.inotify.max_user_instances", f"{left} are left for root's processes"
