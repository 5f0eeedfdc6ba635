"""Rules about what the host uses more of than a container gets, or much less than it has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess import resources
from migrator.assess.finding import Level
from migrator.assess.kernel.settings import OTHERS, setter, settings
from migrator.assess.resources import MB, PIDS, SHM
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import has_own_kernel
from migrator.facts import Facts

MUCH = 4  # a host that has so many times what is suggested is too large
CONNECTIONS = 5000  # half of what the ports of one address are good for, with time to wait
TEMPORARY = 256 * MB
RUN = 64 * MB
ELSEWHERE = re.compile(r"(vm\.nr_|fs\.(inotify\.|aio-)|kernel\.)")  # rules of the kernel say these


@rule(
    "RES-01",
    Level.INFO,
    "The host has far more than it uses",
    "A container needs no reserve of its own: what it does not use is its neighbours'.",
    "Size the target by the suggested resources of this assessment, and look at a busy day first.",
    side="target",
)
def oversized(found: Facts) -> Iterator[Evidence]:
    for resource in resources.observed(found) if has_own_kernel(found) else ():
        many = resource.name in ("cpus", "memory") and resource.had > 0
        if many and resource.had >= MUCH * resource.value:
            yield resource.name, f"{resource.evidence}, of {_amount(resource)}"


def _amount(resource: resources.Resource) -> str:
    return f"{resource.had // MB} MB" if resource.unit == "bytes" else str(resource.had)


@rule(
    "RES-02",
    Level.RISK,
    "More threads than an engine allows",
    "podman gives a container 2048 processes and threads; at the limit fork fails, and services"
    " report no memory.",
    "Start the container with a --pids-limit as suggested, in a drop-in of its quadlet:"
    " PodmanArgs=--pids-limit=NUMBER.",
    side="target",
)
def threads(found: Facts) -> Iterator[Evidence]:
    for resource in resources.observed(found):
        if resource.name == "pids" and resource.value > PIDS:
            yield "/proc", f"{resource.evidence}; {resource.value} are suggested"


@rule(
    "RES-03",
    Level.RISK,
    "More shared memory than an engine gives",
    "/dev/shm of a container has 64 MB; a program that needs more ends with a bus error or reports"
    " a full disk.",
    "Set limits.shm_size in the plan, in bytes.",
    side="target",
)
def shared_memory(found: Facts) -> Iterator[Evidence]:
    files = found.kernel.shared_files
    if files.size * 2 > SHM:
        yield "/dev/shm", f"{files.count} files, {files.size // MB} MB"
    for line in found.storage.fstab:
        if line.path == "/dev/shm" and "size=" in line.options:
            yield line.where, line.raw


@rule(
    "RES-04",
    Level.WARNING,
    "Very many files or connections",
    "The limits of open files, of tracked connections and of the ports for them are the target's,"
    " or those of an address that all its containers share.",
    "Set on the target what this host has set for itself; watch nf_conntrack_count there.",
    side="target",
    task=setter,
)
def connections(found: Facts) -> Iterator[Evidence]:
    for setting in settings(found):
        if OTHERS.match(setting.key) and not ELSEWHERE.match(setting.key):
            yield setting.where, f"{setting.key} = {setting.value}"
    count = sum(peer.count for peer in found.network.peers)
    if count > CONNECTIONS:
        yield "network", f"{count} connections"


@rule(
    "RES-05",
    Level.WARNING,
    "Much data in /tmp or /run",
    "Both are in memory in the container and count as its memory; both are empty after each start.",
    "Remove what is old, and point what needs so much room to a directory that is a volume.",
)
def temporary(found: Facts) -> Iterator[Evidence]:
    sizes = {row.path: row.size for row in found.storage.usage if row.path == "/tmp"}
    for mount in found.storage.mounts:
        if mount.path in ("/tmp", "/run") and mount.fstype in ("tmpfs", "ramfs"):
            sizes[mount.path] = mount.used
    for path, size in sizes.items():
        if size > (RUN if path == "/run" else TEMPORARY):
            yield path, f"{size // MB} MB"
