"""Where configuration has the host's own addresses, names, network cards and disks in it."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent import walk
from migrator.agent.files import decoded, encoded
from migrator.agent.host import Host
from migrator.agent.literals.known import own
from migrator.agent.literals.places import LARGEST, UNREAD, is_noise, place, tops
from migrator.agent.redact import redacted
from migrator.agent.stock import is_stock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Match
    from typing import Any, Iterator

    Record = dict[str, str]

MOST_READ = 30000  # files
MOST_IN_FILE = 20  # lines: more of them are a list that someone keeps
MOST = 3000  # lines
LONGEST = 1000  # bytes of a line that is shown
TELLING = 7  # bytes of a beginning that few texts have
# What may not stand before and behind a literal: it would be a part of another one.
AROUND = {
    "address": (b"(?<![0-9a-z.])", b"(?![0-9]|[.][0-9])"),
    "address6": (b"(?<![0-9a-f.:])", b"(?![0-9a-f:])"),
    "name": (b"(?<![0-9a-z_.-])", b"(?![0-9a-z_-]|[.][0-9a-z])"),
    "mac": (b"(?<![0-9a-f])(?<![0-9a-f][:-])", b"(?![0-9a-f]|[:-][0-9a-f])"),
    "disk": (b"(?<![0-9a-z])", b"(?![0-9a-z])"),
}


def read(host, found):
    # type: (Host, dict[str, Any]) -> list[Record]
    """``found`` has network, system, accounts, packages and units."""
    search = Search(own(host, found))
    records = []  # type: list[Record]
    if not search.needles:
        return records
    for path, data in _texts(host):
        matches = search.matches(data)
        if matches and b"\0" not in data and not is_stock(host, path, data):
            records += _records(search, host, path, data, matches)
        if len(records) >= MOST:
            host.failed("literals", "limited", "stopped after %d lines, at %s" % (MOST, path))
            break
    return records[:MOST]


class Search(object):
    """All literals at once, whatever their case."""

    def __init__(self, pairs):
        # type: (list[tuple[str, str]]) -> None
        self.found = {}  # type: dict[bytes, tuple[str, str]]
        for kind, literal in pairs:
            self.found[encoded(literal).lower()] = (kind, literal)
            if kind == "mac":
                self.found[encoded(literal.replace(":", "-")).lower()] = (kind, literal)
        self.needles = _needles(sorted(self.found))
        longest = sorted(self.found, key=lambda literal: (-len(literal), literal))
        self.pattern = re.compile(b"|".join(self._bounded(literal) for literal in longest))

    def _bounded(self, literal):
        # type: (bytes) -> bytes
        kind = self.found[literal][0]
        before, behind = AROUND["address6" if kind == "address" and b":" in literal else kind]
        return before + re.escape(literal) + behind

    def matches(self, data):
        # type: (bytes) -> list[Match[bytes]]
        """Most files have none; a search for each word is much faster than the expression."""
        small = data.lower()
        for needle in self.needles:
            if needle in small:
                return list(self.pattern.finditer(small))
        return []


def _needles(literals):
    # type: (list[bytes]) -> list[bytes]
    """Few words without one of which no literal can be in a text: what neighbours begin with."""
    found = []  # type: list[bytes]
    for literal in literals:
        shared = _shared(found[-1], literal) if found else b""
        if len(shared) >= TELLING:
            found[-1] = shared
        else:
            found.append(literal)
    return [one for one in found if not any(other in one for other in found if other != one)]


def _shared(one, other):
    # type: (bytes, bytes) -> bytes
    size = 0
    while size < len(one) and one[size : size + 1] == other[size : size + 1]:
        size += 1
    return one[:size]


def _texts(host):
    # type: (Host) -> Iterator[tuple[str, bytes]]
    base = b"" if host.path == "/" else encoded(host.path)
    count = 0
    for path, found in walk.files(host, "literals", tops(host), is_noise):
        if not 0 < found.st_size <= LARGEST or UNREAD.search(path):
            continue
        if count == MOST_READ:
            host.failed("literals", "limited", "stopped after %d files, at %s" % (count, path))
            return
        count += 1
        try:
            descriptor = os.open(base + encoded(path), os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            host.unread(path, error)
            continue
        try:
            yield path, os.read(descriptor, found.st_size)
        finally:
            os.close(descriptor)


def _records(search, host, path, data, matches):
    # type: (Search, Host, str, bytes, list[Match[bytes]]) -> list[Record]
    """A record for each literal of a line."""
    records = []  # type: list[Record]
    seen = set()  # type: set[tuple[int, str]]
    number, counted = 1, 0
    for match in matches:
        number += data.count(b"\n", counted, match.start())
        counted = match.start()
        kind, literal = search.found[match.group()]
        if (number, literal) in seen:
            continue
        if len(records) == MOST_IN_FILE:
            message = "only the first %d lines of %s" % (MOST_IN_FILE, path)
            host.failed("literals", "limited", message)
            break
        seen.add((number, literal))
        records.append(
            {
                "kind": kind,
                "literal": literal,
                "where": "%s:%d" % (path, number),
                "place": place(path),
                "raw": _line(data, match),
            }
        )
    return records


def _line(data, match):
    # type: (bytes, Match[bytes]) -> str
    start = data.rfind(b"\n", 0, match.start()) + 1
    end = data.find(b"\n", match.end())
    line = data[start : end if end >= 0 else len(data)]
    return redacted(decoded(line).rstrip("\r")) if len(line) <= LONGEST else ""
