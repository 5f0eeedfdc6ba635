"""Look at packaged files, and digest a bounded amount of them."""

from __future__ import absolute_import, division, print_function

import errno
import hashlib
import os

from migrator.agent.files import NOWHERE, PIECE
from migrator.agent.host import Host, Missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_BYTES = 256 << 20  # of contents that are digested
MOST_CHANGED = 20000  # files; more is a host whose files were all touched
NAMED = 5  # paths that a message lists


class Unchecked(Exception):
    """A file that could not be looked at; ``Check`` counts it."""


class Check(object):
    """The files of ``host``, and what could not be checked of them."""

    def __init__(self, host):
        # type: (Host) -> None
        self.host = host
        self.left = MOST_BYTES
        self.denied = []  # type: list[str]
        self.late = 0

    def attributes(self, path, follow=False):
        # type: (str, bool) -> tuple[str, os.stat_result | None]
        """The name for system calls and the attributes of ``path``, None when it is missing."""
        place = self.host.at(path, follow)
        if place == NOWHERE:
            raise Unchecked(path)
        try:
            return place, os.stat(place) if follow else os.lstat(place)
        except OSError as error:
            if error.errno == errno.EACCES:
                self.denied.append(path)
                raise Unchecked(path)
            return place, None

    def digest(self, path, place, size, algorithm):
        # type: (str, str, int, str) -> str
        """In hexadecimal; raises Unchecked for what may not be read or exceeds the bound."""
        if size > self.left:
            self.late += 1
            raise Unchecked(path)
        self.left -= size
        found = hasher(algorithm)
        try:
            with open(place, "rb") as handle:
                for piece in iter(lambda: handle.read(PIECE), b""):
                    found.update(piece)
        except (IOError, OSError):
            self.denied.append(path)
            raise Unchecked(path)
        return str(found.hexdigest())

    def note(self, subject):
        # type: (str) -> None
        """Name what was not checked. What lies on mounts that could hang is named by the host."""
        if self.denied:
            names = ", ".join(self.denied[:NAMED])
            more = " and %d more" % (len(self.denied) - NAMED) if self.denied[NAMED:] else ""
            self.host.failed(subject, "denied", "may not be read: %s%s" % (names, more))
        if self.late:
            message = "%d files that may have changed: stopped after %d MB of contents"
            self.host.failed(subject, "limited", message % (self.late, MOST_BYTES >> 20))


def hasher(algorithm):
    # type: (str) -> Any
    """A digest by its name; a host in FIPS mode allows MD5 only for what is no secret."""
    try:
        return hashlib.new(algorithm)
    except ValueError:
        pass
    try:
        return hashlib.new(algorithm, **{"usedforsecurity": False})  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Missing("limited", "this host's Python refuses %s" % algorithm)
