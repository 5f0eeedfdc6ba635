"""LVM: by its commands, or by the backups that it keeps of its own metadata."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host, Missing
from migrator.agent.run import CommandError
from migrator.agent.storage.metadata import groups

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BACKUPS = "/etc/lvm/backup"
# Without --readonly, older releases repair what they read. Releases that do not know it fail, and
# the backups are read.
HOW = "--readonly --noheadings --nosuffix --units b --separator |".split()
PHYSICAL = ["pvs"] + HOW + ["-o", "pv_name,vg_name,pv_size,pv_free"]
GROUPS = ["vgs"] + HOW + ["-o", "vg_name,vg_size,vg_free"]
LOGICAL = ["lvs"] + HOW + ["-o", "lv_name,vg_name,lv_size,lv_attr,origin,pool_lv"]
# By the first letter of the attributes.
KINDS = {
    "-": "linear",
    "o": "linear",
    "O": "linear",
    "m": "mirror",
    "M": "mirror",
    "r": "raid",
    "R": "raid",
    "s": "snapshot",
    "S": "snapshot",
    "V": "thin",
    "t": "thin-pool",
    "C": "cache",
}


def lvm(host, said):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    """Commands are asked only where something of LVM is in use."""
    used = any(row["kind"] == "lvm" or row["content"] == "LVM2_member" for row in said["devices"])
    problem = None  # type: Exception | None
    if used and host.has("lvs"):
        try:
            return _asked(host)
        except (CommandError, Missing) as error:
            problem = error
    texts = [(path, host.text(path)) for path in host.files(BACKUPS)]
    found = groups(host, texts) if texts else {}
    if not found and problem is not None:
        raise problem
    return dict(found, source=BACKUPS) if found else {}


def _asked(host):
    # type: (Host) -> dict[str, Any]
    return {
        "source": "commands",
        "physical": [
            {"name": name, "group": group, "size": _bytes(size), "free": _bytes(free)}
            for name, group, size, free in _rows(host, PHYSICAL)
        ],
        "groups": [
            {"name": name, "size": _bytes(size), "free": _bytes(free)}
            for name, size, free in _rows(host, GROUPS)
        ],
        "logical": [
            {
                "name": name,
                "group": group,
                "size": _bytes(size),
                "kind": KINDS.get(attributes[:1], "other"),
                "origin": origin,
                "pool": pool,
            }
            for name, group, size, attributes, origin, pool in _rows(host, LOGICAL)
        ],
    }


def _rows(host, command):
    # type: (Host, list[str]) -> list[list[str]]
    found = []
    for line in host.output(command).splitlines():
        words = [word.strip() for word in line.split("|")]
        if len(words) == command[-1].count(",") + 1:
            found.append(words)
        elif line.strip():
            host.strange("storage", command[0], line)
    return found


def _bytes(text):
    # type: (str) -> int
    return int(text) if text.isdigit() else 0
