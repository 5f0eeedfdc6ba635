"""Units of users' own systemds: of those who have unit files or whose systemd lasts (linger)."""

from __future__ import absolute_import, division, print_function

from migrator.agent.units import files
from migrator.agent.units.record import is_template, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

LINGER = "/var/lib/systemd/linger"
OWN = ("/.config/systemd/user", "/.local/share/systemd/user")
FOR_ALL = "/etc/systemd/user"
SHIPPED = ("/usr/local/lib/systemd/user", "/usr/lib/systemd/user")
CGROUPS = ("/sys/fs/cgroup", "/sys/fs/cgroup/systemd")  # version 2, and 1
MANAGER = "/user.slice/user-%s.slice/user@%s.service"


def units(host):
    # type: (Host) -> list[Record]
    lingering = host.names(LINGER)
    found = []  # type: list[Record]
    for name, uid, home in _users(host):
        own = [home + place for place in OWN if host.names(home + place)]
        if name in lingering:
            found.append(_manager(name, uid))
        if own or name in lingering:
            found += _units(host, name, uid, own)
    return found


def _users(host):
    # type: (Host) -> Iterator[tuple[str, str, str]]
    for line in host.lines("/etc/passwd"):
        fields = line.split(":")
        if len(fields) > 5 and fields[2].isdigit() and fields[5].strip("/"):
            yield fields[0], fields[2], fields[5].rstrip("/")


def _manager(name, uid):
    # type: (str, str) -> Record
    """What a user's systemd is to the host's; logind starts it at boot for one who lingers."""
    return record(
        "user@%s.service" % uid,
        "systemd",
        "",
        user=name,
        enabled="enabled",
        properties={"Linger": "yes"},
    )


def _units(host, name, uid, own):
    # type: (Host, str, str, list[str]) -> Iterator[Record]
    """Not all that is shipped, but what somebody wrote or enabled."""
    mine = tuple(place + "/" for place in own + [FOR_ALL])
    for unit in files.Files(host, own[:1] + [FOR_ALL] + own[1:] + list(SHIPPED)).units():
        written = unit["fragment"].startswith(mine)
        if unit["load"] != "not-found" and (written or unit["enabled"] == "enabled"):
            unit["origin"] = "user"
            unit["user"] = name
            unit["active"], unit["sub"] = _state(host, uid, unit["name"])
            unit["name"] = "user@%s.service/%s" % (uid, unit["name"])
            yield unit


def _state(host, uid, name):
    # type: (Host, str, str) -> tuple[str, str]
    """By its control group: the user's systemd is not asked."""
    if not host.live or is_template(name) or not name.endswith(".service"):
        return "", ""
    manager = MANAGER % (uid, uid)
    for top in CGROUPS:
        if any(host.exists(top + manager + below + name) for below in ("/app.slice/", "/")):
            return "active", "running"
    return "inactive", "dead"
