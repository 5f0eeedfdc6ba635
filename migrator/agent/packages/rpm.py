"""Installed packages, from the database of rpm."""

from __future__ import absolute_import, division, print_function

import os
import shutil
import tempfile

from migrator.agent import run
from migrator.agent.host import Host, Missing
from migrator.agent.packages.locks import locks
from migrator.agent.packages.reasons import reasons

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

PLACES = ("/var/lib/rpm", "/usr/lib/sysimage/rpm")
DATABASES = ("rpmdb.sqlite", "Packages.db", "Packages")  # SQLite, ndb, Berkeley DB
PACKAGES = [
    "rpm",
    "-qa",
    "--queryformat",
    r"%{NAME}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{VENDOR}"
    r"\t%{GROUP}\t%{LONGSIZE}\n",
]
MEMORY = "/dev/shm"
NOTHING = "(none)"  # what rpm prints for a tag that a package does not have


def installed(host):
    # type: (Host) -> list[dict[str, Any]]
    locked, reason = locks(host), reasons(host)
    rows = []
    for line in query(host, PACKAGES):
        words = ["" if word == NOTHING else word for word in line.split("\t")]
        if len(words) != 7 or not words[6].isdigit():
            host.strange("packages", "rpm -qa", line)
            continue
        name, version, architecture, source, vendor, group, size = words
        rows.append(
            {
                "name": name,
                "version": version,
                "architecture": architecture,
                "status": "installed",
                "selection": "install",
                "reinstall": False,
                "held": locked(name, version, architecture),
                "reason": reason(name, version, architecture),
                "source": source,
                "vendor": vendor,
                "section": "" if group == "Unspecified" else group,
                "size": int(size),
            }
        )
    return sorted(rows, key=lambda row: (row["name"], row["version"], row["architecture"]))


def query(host, command):
    # type: (Host, Sequence[str]) -> Iterator[str]
    """What rpm says of ``host``, line by line; nothing where no database of rpm is."""
    place, name = _database(host)
    if not name:
        return iter(())
    if not host.live:
        return _query_copy(host, place, name, command)
    if not host.has("rpm"):
        raise Missing("absent", "%s/%s can only be read by the command rpm" % (place, name))
    return host.stream(command)


def _database(host):
    # type: (Host) -> tuple[str, str]
    """(directory, name of the file with the packages) of the database, ("", "") for none."""
    for place in PLACES:
        for name in DATABASES:
            if host.exists(place + "/" + name):
                return place, name
    return "", ""


def _query_copy(host, place, name, command):
    # type: (Host, str, str, Sequence[str]) -> Iterator[str]
    """Ask this machine's rpm about a copy: it would write beside the database of the disk, and fail
    where it may not. A format that it does not know is an empty database to it."""
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    copy = tempfile.mkdtemp(prefix="migrator-rpm-", dir=memory)
    try:
        for part in (name, name + "-wal"):
            if host.exists(place + "/" + part):
                shutil.copyfile(host.at(place + "/" + part), os.path.join(copy, part))
        empty = True
        try:
            for line in run.lines([command[0], "--dbpath", copy] + list(command[1:])):
                empty = False
                yield line
        except run.CommandError as error:
            message = "%s/%s can only be read where a command rpm is installed (%s)"
            raise Missing("absent", message % (place, name, error))
        if empty:
            message = "the rpm of this machine does not read %s/%s: mount the disk where one does"
            raise Missing("absent", message % (place, name))
    finally:
        shutil.rmtree(copy)
