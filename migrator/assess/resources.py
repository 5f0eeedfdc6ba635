"""What the target must give, by what the host was seen to use: a suggestion with its evidence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from migrator.assess.sizes import Sizes
from migrator.facts import Facts

MB = 1 << 20
# What podman gives without being asked.
PIDS = 2048
SHM = 64 * MB
SPARE = 1.5  # one look at a host does not see its peak
LIMITS = ("nofile", "nproc", "memlock", "stack", "rtprio")
UNITS = {"memlock": "bytes", "stack": "bytes"}


@dataclass(frozen=True)
class Resource:
    """``used`` and ``had`` are -1 where they are not known."""

    name: str  # cpus, memory, pids, shm, disk, huge-pages, tmp, or a limit: nofile, nproc …
    unit: Literal["count", "bytes"]
    value: int  # suggested; -1 for a limit without an end
    used: int  # when the host was read
    had: int  # what the host had to give
    evidence: str


def of(found: Facts, sizes: Sizes) -> tuple[Resource, ...]:
    """Nothing is suggested where nothing was seen."""
    return (*observed(found), *_disk(sizes), *_limits(found))


def observed(found: Facts) -> tuple[Resource, ...]:
    """Of what the host is seen to use while it runs."""
    return (
        *_cpus(found),
        *_memory(found),
        *_pids(found),
        *_shared(found),
        *_huge_pages(found),
        *_temporary(found),
    )


def _cpus(found: Facts) -> Iterator[Resource]:
    system = found.system
    if system.load:
        peak = max(system.load)
        wanted = max(1, math.ceil(peak * SPARE))
        load = " ".join(f"{number:.2f}" for number in system.load)
        evidence = f"load {load} (1, 5, 15 minutes) on {system.cpus} CPUs"
        value = min(wanted, system.cpus) if system.cpus else wanted
        yield Resource("cpus", "count", value, math.ceil(peak), system.cpus or -1, evidence)


def _memory(found: Facts) -> Iterator[Resource]:
    """Pages that processes share count for each of them, so this is rather too much."""
    resident = sum(process.rss for process in found.processes)
    if not resident:
        return
    shared = _segments(found) + found.kernel.shared_files.size
    swapped = sum(area.used for area in found.storage.swaps)
    used = resident + shared + swapped
    evidence = (
        f"processes {resident // MB} MB, shared {shared // MB} MB, swapped {swapped // MB} MB"
    )
    had = found.system.memory + found.system.swap
    value = _rounded(used * SPARE, 64 * MB)
    yield Resource("memory", "bytes", min(value, had) if had else value, used, had or -1, evidence)


def _pids(found: Facts) -> Iterator[Resource]:
    threads = sum(process.threads for process in found.processes)
    if threads:
        evidence = f"{threads} threads of {len(found.processes)} processes"
        value = max(PIDS, int(_rounded(threads * 4, 1024)))
        most = found.kernel.running.get("kernel.pid_max", "")
        yield Resource("pids", "count", value, threads, _number(most), evidence)


def _shared(found: Facts) -> Iterator[Resource]:
    """/dev/shm alone: System V segments need no room there."""
    files = found.kernel.shared_files
    mount = next((m for m in found.storage.mounts if m.path == "/dev/shm"), None)
    if mount or files.count:
        evidence = f"{files.count} files in /dev/shm, {files.size // MB} MB"
        had = mount.size if mount and mount.size else -1
        value = max(SHM, _rounded(files.size * 2, 64 * MB))
        yield Resource("shm", "bytes", value, files.size, had, evidence)


def _huge_pages(found: Facts) -> Iterator[Resource]:
    for pool in found.kernel.huge_pages:
        if pool.count:
            used, had = (pool.count - pool.free) * pool.size, pool.count * pool.size
            evidence = f"{pool.count} pages of {pool.size // 1024} kB, {pool.free} free"
            yield Resource("huge-pages", "bytes", used, used, had, evidence)


def _temporary(found: Facts) -> Iterator[Resource]:
    """An engine may put /tmp into memory."""
    for row in found.storage.usage:
        if row.path == "/tmp" and row.size:
            value = _rounded(row.size * 2, 64 * MB)
            yield Resource("tmp", "bytes", value, row.size, -1, f"{row.files} files in /tmp")


def _disk(sizes: Sizes) -> Iterator[Resource]:
    """The image is stored packed and unpacked for a while."""
    used = sizes.image + sizes.volumes
    if used:
        evidence = f"image {sizes.image // MB} MB, volumes {sizes.volumes // MB} MB"
        yield Resource("disk", "bytes", _rounded(used * SPARE, 64 * MB), used, -1, evidence)


def _limits(found: Facts) -> Iterator[Resource]:
    """The highest hard limit that a process runs with, by name."""
    for name in LIMITS:
        seen = [
            (_order(hard), process.unit or process.command[0] if process.command else "")
            for process in found.processes
            if (hard := process.limits.get(name, "").partition(":")[2])
        ]
        if seen:
            most, who = max(seen)
            value = -1 if math.isinf(most) else int(most)
            unit: Literal["count", "bytes"] = "bytes" if name in UNITS else "count"
            text = "unlimited" if value < 0 else str(value)
            yield Resource(name, unit, value, -1, value, f"{who} runs with {text}")


def _segments(found: Facts) -> int:
    return sum(item.size for item in found.kernel.segments if item.kind == "shm" and item.attached)


def _order(limit: str) -> float:
    return float(limit) if limit.isdigit() else math.inf


def _number(text: str) -> int:
    return int(text) if text.isdigit() else -1


def _rounded(number: float, step: int) -> int:
    return math.ceil(number / step) * step
