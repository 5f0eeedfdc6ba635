"""Groups, and the ranges of ids that users may give to their containers."""

from __future__ import absolute_import, division, print_function

from migrator.agent.accounts.users import NUMBER, state_of, without_hash
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(host):
    # type: (Host) -> list[dict[str, Any]]
    shadow = _shadow(host)
    found = []
    for where, line in host.numbered("/etc/group"):
        fields = line.split(":")
        if len(fields) != 4 or not NUMBER.match(fields[2]):
            if line.strip() and line[0] != "#":
                host.strange("accounts", where, without_hash(line))
            continue
        hidden = shadow.get(fields[0], [fields[0], fields[1], "", ""])
        found.append(
            {
                "name": fields[0],
                "gid": int(fields[2]),
                "members": _names(fields[3]),
                "administrators": _names(hidden[2]),
                "password": state_of(hidden[1])[0] if hidden[1] else "locked",
                "where": where,
            }
        )
    return found


def _shadow(host):
    # type: (Host) -> dict[str, list[str]]
    found = {}  # type: dict[str, list[str]]
    for where, line in host.numbered("/etc/gshadow"):
        fields = line.split(":")
        if len(fields) == 4:
            found.setdefault(fields[0], fields)
        elif line.strip() and line[0] != "#":
            host.strange("accounts", where, without_hash(line))
    return found


def _names(text):
    # type: (str) -> list[str]
    return [name.strip() for name in text.split(",") if name.strip()]


def sub_ids(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []
    for kind in ("uid", "gid"):
        for where, line in host.numbered("/etc/sub" + kind):
            owner, _, span = line.strip().partition(":")
            start, _, count = span.partition(":")
            if owner and NUMBER.match(start) and NUMBER.match(count):
                row = {"kind": kind, "owner": owner, "start": int(start), "count": int(count)}
                found.append(dict(row, where=where))
            elif line.strip() and line[0] != "#":
                host.strange("accounts", where, line)
    return found
