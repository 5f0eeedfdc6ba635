"""The configuration of the ssh server: its settings in order, with what they include."""

from __future__ import absolute_import, division, print_function

import collections
import re

from migrator.agent.host import Host

CONFIG = "/etc/ssh/sshd_config"
DEEPEST = 16  # includes in includes, as in sshd

# ``match`` is the condition of the Match block that a setting is in, "" outside of any.
Line = collections.namedtuple("Line", "where match key value raw")


def lines(host):
    # type: (Host) -> list[Line]
    return _read(host, CONFIG, "", 0)


def _read(host, path, match, depth):
    # type: (Host, str, str, int) -> list[Line]
    found = []
    for where, raw in host.numbered(path):
        key, value = split(raw)
        if not key:
            continue
        if key.lower() == "match":
            match = "" if value.lower() == "all" else value
        if key.lower() == "include" and depth < DEEPEST:
            for pattern in words(value):
                pattern = pattern if pattern[:1] == "/" else "/etc/ssh/" + pattern
                for included in host.matching(pattern):
                    found += _read(host, included, match, depth + 1)
        else:
            found.append(Line(where, match, key, value, raw))
    return found


def split(raw):
    # type: (str) -> tuple[str, str]
    """Keyword and arguments, which blanks or an equals sign separate; ("", "") for a comment."""
    found = re.match(r"\s*([^\s#=]+)(?:\s*=\s*|\s+)(.*?)\s*$", raw)
    return (found.group(1), found.group(2)) if found else ("", "")


def words(value):
    # type: (str) -> list[str]
    """Arguments, of which some may be quoted; a comment may follow."""
    found = []
    for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', value):
        if plain.startswith("#"):
            break
        found.append(quoted or plain)
    return found


def value_of(found, key, default):
    # type: (list[Line], str, str) -> str
    """The first value counts; only outside of Match blocks."""
    for line in found:
        if line.key.lower() == key.lower() and not line.match:
            value = line.value  # type: str
            return value
    return default
