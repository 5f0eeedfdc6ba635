"""Debian's /etc/network/interfaces and the files that it names."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.network.setting import record, setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Record = dict[str, Any]

TOP = "/etc/network/interfaces"
STANZA = re.compile(r"(iface|mapping|auto|rename|no-auto-down|no-scripts|allow-\S+)$")
NESTED = 8  # files that name files


def read(host):
    # type: (Host) -> list[Record]
    """A record for each stanza; what begins it is its first setting."""
    return list(_stanzas(host, TOP, 0))


def _stanzas(host, path, depth):
    # type: (Host, str, int) -> Iterator[Record]
    current = None  # type: Record | None
    for where, line in _lines(host, path):
        key, _, value = line.strip().partition(" ")
        value = value.strip()
        if key in ("source", "source-directory", "source-dir"):
            if current:
                yield current
            current = None
            for name in _sourced(host, path, key, value) if depth < NESTED else ():
                for stanza in _stanzas(host, name, depth + 1):
                    yield stanza
        elif STANZA.match(key):
            if current:
                yield current
            names = value.split()
            interface = names[0] if key in ("iface", "mapping") and names else ""
            current = record("ifupdown", where, interface, [setting(where, key, value, line)])
        elif current:
            current["settings"].append(setting(where, key, value, line))
        else:
            host.strange("network", where, line)
    if current:
        yield current


def _lines(host, path):
    # type: (Host, str) -> Iterator[tuple[str, str]]
    """Without comments and empty lines; a backslash at its end joins a line with the next."""
    begun, first = "", ""
    for where, line in host.numbered(path):
        if not begun and (not line.strip() or line.lstrip().startswith("#")):
            continue
        first = first or where
        if line.endswith("\\"):
            begun += line[:-1]
            continue
        yield first, re.sub(r"\s+", " ", begun + line)
        begun, first = "", ""
    if begun:
        yield first, re.sub(r"\s+", " ", begun)


def _sourced(host, path, key, pattern):
    # type: (Host, str, str, str) -> list[str]
    """Of a directory, only names without a dot count."""
    if not pattern.startswith("/"):
        pattern = path.rpartition("/")[0] + "/" + pattern
    found = host.matching(pattern)
    if key == "source":
        return found
    names = [name for directory in found for name in host.files(directory)]
    return [name for name in names if re.match(r"[A-Za-z0-9_-]+$", name.rpartition("/")[2])]
