"""Arrays of md: those in use, and those that mdadm.conf names."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.continued import continued
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MDSTAT = "/proc/mdstat"
CONFIGURED = ("/etc/mdadm.conf", "/etc/mdadm/mdadm.conf")
ARRAY = re.compile(
    r"(\S+) : (active|inactive)(?: \([\w-]+\))?(?: (\w+))?((?: [^ \[]+\[\d+\]\S*)*)$"
)
MEMBER = re.compile(r" ([^ \[]+)\[\d+\](?:\(([A-Z])\))?")
OTHER = ("Personalities", "unused", "bitmap:", "resync", "read_ahead")


def raid(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []  # type: list[dict[str, Any]]
    for where, line in host.numbered(MDSTAT) if host.live else ():
        array = ARRAY.match(line)
        if array:
            found.append(_array(where, line, array))
        elif found and re.match(r"\s+\d+ blocks", line):
            _add_size(found[-1], line)
        elif line[:1].strip() and not line.startswith(OTHER):
            host.strange("storage", where, line)
    return found + _configured(host)


def _array(where, line, array):
    # type: (str, str, Any) -> dict[str, Any]
    name, state, level, members = array.groups()
    listed = [n + (" (%s)" % flag if flag else "") for n, flag in MEMBER.findall(members)]
    row = {"where": where, "name": name, "level": level or "", "active": state == "active"}
    return dict(row, size=0, members=sorted(listed), missing=0, raw=line)


def _add_size(row, line):
    # type: (dict[str, Any], str) -> None
    """``1048512 blocks super 1.2 [2/1] [U_]``: two members are wanted, one is there."""
    row["size"] = int(line.split()[0]) * 1024
    counts = re.search(r"\[(\d+)/(\d+)\]", line)
    if counts:
        row["missing"] = int(counts.group(1)) - int(counts.group(2))
    row["raw"] += "\n" + line


def _configured(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []  # type: list[dict[str, Any]]
    for path in CONFIGURED:
        for where, text, raw in continued(host, path):
            words = text.split()
            if words[0].upper() == "ARRAY" and len(words) > 1:
                level = re.search(r"(?i)\blevel=(\w+)", text)
                found.append(
                    {
                        "where": where,
                        "name": re.sub("^/dev/", "", words[1]),
                        "level": level.group(1) if level else "",
                        "active": False,
                        "size": 0,
                        "members": [],
                        "missing": 0,
                        "raw": raw,
                    }
                )
    return found
