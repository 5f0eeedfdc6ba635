"""Users, groups and sudo rules. A password hash never leaves the host."""

from __future__ import absolute_import, division, print_function

import base64
import binascii
import hashlib
import re

from migrator.agent.files import encoded
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KEY = re.compile(r"(?:^|\s)(?:ssh-|ecdsa-|sk-)\S+\s+([A-Za-z0-9+/=]+)")


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    return {
        "users": host.part("accounts.users", lambda: users(host), []),
        "groups": host.part("accounts.groups", lambda: groups(host), []),
        "sudo": host.part("accounts.sudo", lambda: sudo(host), []),
    }


def users(host):
    # type: (Host) -> list[dict[str, Any]]
    shadow = dict(line.split(":")[:2] for line in host.lines("/etc/shadow") if ":" in line)
    found = []
    for where, line in host.numbered("/etc/passwd"):
        fields = line.split(":")
        if len(fields) != 7 or not (fields[2] + fields[3]).isdigit():
            host.strange("accounts", where, line)
            continue
        found.append(
            {
                "name": fields[0],
                "uid": int(fields[2]),
                "gid": int(fields[3]),
                "home": fields[5],
                "shell": fields[6],
                "password": _password(shadow.get(fields[0], fields[1])),
                "key_fingerprints": _fingerprints(host, fields[5]),
            }
        )
    return found


def names(host):
    # type: (Host) -> dict[int, str]
    """uid -> name; the first of several names wins, as in the C library."""
    found = {}  # type: dict[int, str]
    for line in host.lines("/etc/passwd"):
        fields = line.split(":")
        if len(fields) > 2 and fields[2].isdigit():
            found.setdefault(int(fields[2]), fields[0])
    return found


def _password(field):
    # type: (str) -> str
    if not field:
        return "none"
    return "locked" if field[0] in "!*x" else "set"


def _fingerprints(host, home):
    # type: (Host, str) -> list[str]
    """As ``ssh-keygen -l`` prints them."""
    found = []
    for name in ("authorized_keys", "authorized_keys2"):
        for line in host.lines(home.rstrip("/") + "/.ssh/" + name):
            key = None if line.startswith("#") else KEY.search(line)
            if key:
                found.append(_fingerprint(key.group(1)))
    return [fingerprint for fingerprint in found if fingerprint]


def _fingerprint(key):
    # type: (str) -> str
    try:
        digest = hashlib.sha256(base64.b64decode(encoded(key))).digest()
    except (ValueError, TypeError, binascii.Error):
        return ""
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def groups(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []
    for where, line in host.numbered("/etc/group"):
        fields = line.split(":")
        if len(fields) != 4 or not fields[2].isdigit():
            host.strange("accounts", where, line)
            continue
        members = [name for name in fields[3].split(",") if name]
        found.append({"name": fields[0], "gid": int(fields[2]), "members": members})
    return found


def sudo(host):
    # type: (Host) -> list[dict[str, str]]
    found = []
    included = [p for p in host.files("/etc/sudoers.d") if "." not in p.rpartition("/")[2]]
    for path in ["/etc/sudoers"] + [p for p in included if not p.endswith("~")]:
        for where, line in host.numbered(path):
            if line.strip() and not re.match(r"\s*(#|@include)", line):
                key, value = (line.split(None, 1) + [""])[:2]
                found.append({"where": where, "key": key, "value": value.strip(), "raw": line})
    return found
