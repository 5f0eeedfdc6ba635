"""Rules about files that not every way of copying keeps: owners, links, holes, devices, marks."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.usage import on_volume, volume
from migrator.facts import Facts
from migrator.facts.storage import Oddity

# Devices that every container may use: null, zero, full, random, urandom, tty, console, ptmx.
GIVEN = tuple(f"c {number}" for number in ("1 3", "1 5", "1 7", "1 8", "1 9", "5 0", "5 1", "5 2"))


def _of(found: Facts, kind: str) -> Iterator[Oddity]:
    """They are met while the directories are counted, and missing where these are."""
    if found.storage.usage or found.storage.oddities:
        yield from (row for row in found.storage.oddities if row.kind == kind)


def _files(row: Oddity) -> str:
    return "1 file" if row.count == 1 else f"{row.count} files, this is the first"


@rule(
    "SEC-06",
    Level.WARNING,
    "Files of an owner that is in no /etc/passwd",
    "The number is kept. It belongs to a user of a directory, or to nobody: on the target and in a"
    " volume that others mount too, the same number may be somebody else.",
    "Give the files to a user that exists, or see that the directory answers in the container.",
)
def unknown_owners(found: Facts) -> Iterator[Evidence]:
    for row in _of(found, "owner"):
        yield row.path, f"uid {row.detail}: {_files(row)}"


@rule(
    "STO-14",
    Level.INFO,
    "Files with holes",
    "They stay as small: holes are not copied, and the target digs them again.",
    "Nothing. Whoever copies such a file by hand must say so (cp --sparse, rsync -S, tar -S).",
)
def sparse(found: Facts) -> Iterator[Evidence]:
    for row in _of(found, "sparse"):
        yield row.path, f"{_files(row)}; {row.size >> 20} MB with their holes"


@rule(
    "STO-15",
    Level.INFO,
    "A file with names in several directories",
    "Both names stay those of one file. Where they are not on the same volume, or only one of them"
    " is on any, they become two files, and what is written to one does not show in the other"
    " (warning).",
    "Put both on one volume in the plan's paths, or neither.",
)
def links(found: Facts) -> Iterator[Evidence]:
    for row in _of(found, "link"):
        apart = volume(found, row.path) != volume(found, row.detail)
        level = Level.WARNING if apart else Level.INFO
        yield row.path, f"also {row.detail}; {_files(row)}", level


@rule(
    "STO-16",
    Level.INFO,
    "A device outside of /dev",
    "It is kept, as in the directory that a name server is locked into. The container may use null,"
    " zero, random and the like; another device it may not open, and none at all on a volume, which"
    " the engine mounts with nodev (warning).",
    "Switch the service's chroot off, or let a unit bind what it needs from /dev when it starts.",
    side="image",
)
def devices(found: Facts) -> Iterator[Evidence]:
    for row in _of(found, "device"):
        given = row.detail in GIVEN and not on_volume(found, row.path)
        shown = f"{row.detail}; {_files(row)}".replace("files", "devices").replace("file", "device")
        yield row.path, shown, Level.INFO if given else Level.WARNING


@rule(
    "STO-21",
    Level.INFO,
    "A file or directory that was marked so that nobody changes it",
    "The mark (chattr +i, +a) stays behind: in the container it can be changed like any"
    " other, and root there may not mark it again.",
    "Find out from what it was to be protected, and see that this is not in the container.",
    side="image",
)
def marks(found: Facts) -> Iterator[Evidence]:
    for file in found.storage.marked:
        yield file.path, ", ".join(file.marks)


@rule(
    "STO-25",
    Level.WARNING,
    "A directory for what runs lies on the disk",
    "It should be a link to /run, which is empty at each boot. What is in it is a part of the"
    " image: a service that finds the number of an old process may not start.",
    "Move the directory away and make the link (ln -s /run /var/run, ln -s /run/lock /var/lock).",
)
def runtime(found: Facts) -> Iterator[Evidence]:
    mounted = {mount.path for mount in found.storage.mounts}
    for path in found.storage.runtime if found.system.init == "systemd" else ():
        if path not in mounted:
            yield path, "a directory"
