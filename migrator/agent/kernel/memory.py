"""Huge pages and memory that programs share."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

POOLS = "/sys/kernel/mm/hugepages"
TRANSPARENT = (
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/sys/kernel/mm/redhat_transparent_hugepage/enabled",  # Enterprise Linux 6
)
SIZES = {"shm": "size", "sem": "nsems", "msg": "cbytes"}
SHM = "/dev/shm"


def huge_pages(host):
    # type: (Host) -> list[dict[str, int]]
    """Pools with pages in them. Before Linux 2.6.30 there is one pool, in /proc/meminfo."""
    host.only_live()
    found = []
    for name in host.names(POOLS):
        match = re.match(r"hugepages-(\d+)kB$", name)
        if match:
            pool = POOLS + "/" + name
            found.append(
                {
                    "size": int(match.group(1)) * 1024,
                    "count": _number(host.text(pool + "/nr_hugepages")),
                    "free": _number(host.text(pool + "/free_hugepages")),
                }
            )
    if not host.exists(POOLS):
        said = dict(re.findall(r"(?m)^(Huge\w+):\s*(\d+)", host.text("/proc/meminfo")))
        size = _number(said.get("Hugepagesize", "")) * 1024
        count, free = said.get("HugePages_Total", ""), said.get("HugePages_Free", "")
        found.append({"size": size, "count": _number(count), "free": _number(free)})
    return [pool for pool in found if pool["count"]]


def transparent_huge_pages(host):
    # type: (Host) -> str
    host.only_live()
    chosen = re.search(r"\[(\w+)\]", "".join(host.text(path) for path in TRANSPARENT))
    return chosen.group(1) if chosen else ""


def segments(host):
    # type: (Host) -> list[dict[str, Any]]
    """Columns are found by their titles: kernels have added some."""
    host.only_live()
    found = []
    for kind in ("shm", "sem", "msg"):
        lines = list(host.numbered("/proc/sysvipc/" + kind))
        titles = lines[0][1].split() if lines else []
        for where, line in lines[1:]:
            row = dict(zip(titles, line.split()))
            try:
                found.append(
                    {
                        "kind": kind,
                        "key": int(row["key"]) & 0xFFFFFFFF,
                        "id": int(row[kind + "id" if kind != "msg" else "msqid"]),
                        "uid": int(row["uid"]),
                        "size": int(row[SIZES[kind]]),
                        "attached": int(row.get("nattch", 0)),
                    }
                )
            except (KeyError, ValueError):
                host.strange("kernel", where, line)
    return found


def shared_files(host):
    # type: (Host) -> dict[str, int]
    host.only_live()
    sizes = [_allocated(host.at(path)) for path in host.files(SHM)]
    return {"count": len(sizes), "size": sum(sizes)}


def _allocated(place):
    # type: (str) -> int
    try:
        return os.lstat(place).st_blocks * 512
    except OSError:
        return 0  # it is gone


def _number(text):
    # type: (str) -> int
    return int(text) if text.strip().isdigit() else 0
