"""Rules about what databases need so that a copy of them is a good one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.usage import on_volume
from migrator.facts import Facts
from migrator.facts.services import Service
from migrator.facts.storage import Mount

# Settings with which a crash, and so a copy of a running database, loses or damages data.
UNSAFE = (
    ("postgresql", "fsync", r"off|false|no|0"),
    ("postgresql", "full_page_writes", r"off|false|no|0"),
    ("mysql", "innodb_flush_log_at_trx_commit", r"0"),
    ("mysql", "innodb_doublewrite", r"0|off"),
)


def _databases(found: Facts) -> Iterator[Service]:
    for service in found.services:
        if service.kind == "database" and service.state != "installed":
            yield service


def _mount(found: Facts, path: str) -> Mount | None:
    """The local file system that ``path`` lies on."""
    above = [
        mount
        for mount in found.storage.mounts
        if f"{path}/".startswith(f"{mount.path.rstrip('/')}/") and mount.kind == "local"
    ]
    return max(above, key=lambda mount: len(mount.path), default=None)


@rule(
    "DAT-01",
    Level.RISK,
    "Data of a database that is on no volume",
    "The engine makes the container anew at each start: what is written to the image is lost.",
    "Put the directory of its data among the plan's paths as a volume.",
)
def unknown(found: Facts) -> Iterator[Evidence]:
    for service in _databases(found):
        units = [name for name in service.units if "@." not in name]
        where = (*units, service.name)[0]
        if not service.data:
            yield where, "the directory of its data was not found", Level.WARNING
        for data in service.data:
            if not on_volume(found, data.path):
                yield where, f"{data.path} would be a part of the image"


@rule(
    "DAT-02",
    Level.WARNING,
    "A database without a snapshot of its file system",
    "Its files can only be copied as they are at one moment when it stands still, or when its file"
    " system can take a snapshot.",
    "Stop it for the last pass of the copy, or dump and load it.",
)
def snapshots(found: Facts) -> Iterator[Evidence]:
    for service in _databases(found):
        for data in service.data:
            mount = _mount(found, data.path)
            ways = [s for s in found.storage.snapshots if mount and s.path == mount.path]
            if ways:
                free = f"{ways[0].free >> 20} MB are free for it" if ways[0].free else "is possible"
                shown = f"{service.name}: {mount.path if mount else ''} by {ways[0].method}, {free}"
                yield data.path, shown, Level.INFO
            elif mount:
                yield (
                    data.path,
                    f"{service.name}: on {mount.path} ({mount.fstype}), which takes none",
                )


@rule(
    "DAT-03",
    Level.INFO,
    "A database on the root file system",
    "Whoever freezes / for a snapshot also stops the logs, the logins and the program that thaws.",
    "Do not freeze / from within the host: stop the database, or take the hypervisor's snapshot.",
)
def on_root(found: Facts) -> Iterator[Evidence]:
    for service in _databases(found):
        for data in service.data:
            mount = _mount(found, data.path)
            if mount and mount.path == "/":
                yield data.path, f"{service.name} on {mount.source}"


@rule(
    "DAT-05",
    Level.RISK,
    "A database that does not protect itself against a crash",
    "A copy of it while it runs is like a crash, and it may not start from that.",
    "Stop it in order before the snapshot, or dump and load it.",
)
def unprotected(found: Facts) -> Iterator[Evidence]:
    for service in _databases(found):
        details = [("", service.detail), *((part.where, part.detail) for part in service.parts)]
        for name, key, pattern in UNSAFE:
            for where, detail in details if service.name == name else ():
                last = detail.get(key, "").rpartition(" ; ")[2]
                if re.fullmatch(pattern, last.lower()):
                    yield where or (*service.configs, service.name)[0], f"{key} = {last}"
