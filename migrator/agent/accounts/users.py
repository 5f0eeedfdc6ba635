"""Users of /etc/passwd, with what /etc/shadow says of their passwords but never a hash."""

from __future__ import absolute_import, division, print_function

import os
import re
import stat

from migrator.agent.host import Host
from migrator.agent.redact import MARK, redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DAY = 86400  # seconds
NUMBER = re.compile(r"[0-9]{1,10}$")
NO_LOGIN = re.compile(r"/(?:nologin|false|sync|shutdown|halt)$")
METHODS = (
    ("$1$", "md5"),
    ("$2", "bcrypt"),
    ("$5$", "sha256"),
    ("$6$", "sha512"),
    ("$y$", "yescrypt"),
    ("$gy$", "gost-yescrypt"),
    ("$7$", "scrypt"),
    ("_", "bsdi"),
)
AGES = ("changed", "min_days", "max_days", "warn_days", "inactive_days", "expires")


def read(host, now):
    # type: (Host, int) -> list[dict[str, Any]]
    """``now`` is in seconds since 1970, for what has expired."""
    shadow = _shadow(host)
    hidden = host.exists("/etc/shadow") and not shadow
    lowest = lowest_uid(host)
    found = []
    for where, line in host.numbered("/etc/passwd"):
        fields = line.split(":")
        if len(fields) != 7 or not (NUMBER.match(fields[2]) and NUMBER.match(fields[3])):
            if line.strip() and line[0] != "#":
                host.strange("accounts", where, without_hash(line))
            continue
        row = {
            "name": fields[0],
            "uid": int(fields[2]),
            "gid": int(fields[3]),
            "description": fields[4],
            "home": fields[5],
            "shell": fields[6],
            "where": where,
            "system": int(fields[2]) < lowest or fields[2] == "65534",
            "login": not NO_LOGIN.search(fields[6]),
            "linger": host.exists("/var/lib/systemd/linger/" + fields[0]),
        }  # type: dict[str, Any]
        row.update(_home(host, fields[5]))
        row.update(_password(shadow.get(fields[0], fields[:2]), now))
        if hidden and fields[1] == "x":
            row["password"] = ""
        found.append(row)
    by_uid = {}  # type: dict[int, list[str]]
    for row in found:
        by_uid.setdefault(row["uid"], []).append(row["name"])
    for row in found:
        row["same_uid"] = [name for name in by_uid[row["uid"]] if name != row["name"]]
    return found


def names(host, path="/etc/passwd"):
    # type: (Host, str) -> dict[int, str]
    """uid -> name, or gid -> name of /etc/group; the first one wins, as in the C library."""
    found = {}  # type: dict[int, str]
    for line in host.lines(path):
        fields = line.split(":")
        if len(fields) > 2 and NUMBER.match(fields[2]):
            found.setdefault(int(fields[2]), fields[0])
    return found


def lowest_uid(host):
    # type: (Host) -> int
    """The first uid of a person, as this host has set it."""
    set_to = re.search(r"(?m)^\s*UID_MIN\s+(\d+)", host.text("/etc/login.defs"))
    return int(set_to.group(1)) if set_to else 1000


def _shadow(host):
    # type: (Host) -> dict[str, list[str]]
    if host.exists("/etc/shadow") and not os.access(host.at("/etc/shadow"), os.R_OK):
        host.failed("accounts.users", "denied", "only root may read /etc/shadow")
    found = {}  # type: dict[str, list[str]]
    for where, line in host.numbered("/etc/shadow"):
        fields = line.split(":")
        if len(fields) < 2:
            host.strange("accounts", where, without_hash(line))
        else:
            found.setdefault(fields[0], fields)
    return found


def without_hash(line):
    # type: (str) -> str
    """A line of a file like passwd, whose second field may be a hash."""
    fields = line.split(":")
    if len(fields) > 1 and fields[1] not in ("", "x", "*", "!", "!!"):
        fields[1] = MARK
    return redacted(":".join(fields))


def _password(shadow, now):
    # type: (list[str], int) -> dict[str, Any]
    """The state and ages of a line of shadow; a missing number is None."""
    state, method = state_of(shadow[1])
    numbers = [int(text) if NUMBER.match(text) else None for text in shadow[2:8]]
    ages = dict(zip(AGES, numbers + [None] * 6))
    if ages["expires"] is not None and ages["expires"] * DAY <= now:
        state = "expired"
    return dict(ages, password=state, hash_method=method)


def state_of(field):
    # type: (str) -> tuple[str, str]
    """(none | locked | set, method of the hash) of a password field."""
    if not field:
        return "none", ""
    bare = field.lstrip("!*")
    method = next((name for start, name in METHODS if bare.startswith(start)), "")
    if not method and re.match(r"[./0-9A-Za-z]{13}$", bare):
        method = "des"
    usable = field == bare and (method or bare[0] == "$")
    return "set" if usable else "locked", method


def _home(host, path):
    # type: (Host, str) -> dict[str, Any]
    """Whose the home is; None when there is none or we may not look."""
    nothing = {"home_uid": None, "home_mode": ""}  # type: dict[str, Any]
    if not path.startswith("/"):
        return nothing
    try:
        there = os.stat(host.at(path))
    except (OSError, UnicodeError, ValueError):
        return nothing
    return {"home_uid": there.st_uid, "home_mode": "%04o" % stat.S_IMODE(there.st_mode)}
