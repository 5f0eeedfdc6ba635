"""Which program is the first process, and what it starts by default."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.files import decoded
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# (part of what /sbin/init points to, init)
TARGETS = (("systemd", "systemd"), ("upstart", "upstart"), ("runit", "runit"), ("openrc", "openrc"))
PLACES = ("/usr/lib/systemd", "/lib/systemd")
SHARED = re.compile(r"libsystemd-shared-(\d+)")
# The line that systemd logs when it starts; "systemd 219", "systemd 252 (252.22-1~deb12u1)".
BANNER = re.compile(b"systemd (\\d{2,3})[^\\d\0\n][^\0\n]{0,200}running in ")
INSTANCE = "/systemd/system/default.target"


def init(host):
    # type: (Host) -> dict[str, Any]
    kind = _kind(host)
    version = 0
    if kind == "systemd":
        version = host.part("system.init_version", lambda: _systemd_version(host), 0)
    return {"init": kind, "init_version": version, "default_target": _default(host, kind)}


def _kind(host):
    # type: (Host) -> str
    """A link says what it is; a program of its own is known by the files beside it."""
    target = host.link("/sbin/init")
    if host.live and host.exists("/run/systemd/system"):
        return "systemd"
    for part, name in TARGETS:
        if part in target:
            return name
    if host.exists("/etc/runlevels") and (host.exists("/sbin/openrc") or host.exists("/sbin/rc")):
        return "openrc"
    if "busybox" in target:
        return "busybox"
    if host.exists("/sbin/initctl") and host.names("/etc/init"):
        return "upstart"
    if host.exists("/etc/runit/1") and not host.exists("/etc/inittab"):
        return "runit"
    return "sysvinit" if host.exists("/etc/inittab") else "unknown"


def _systemd_version(host):
    # type: (Host) -> int
    """By the name of its library, else by the text in the program; asked only where both fail."""
    for place in PLACES:
        for name in host.names(place):
            match = SHARED.match(name)
            if match:
                return int(match.group(1))
    for place in PLACES:
        banner = BANNER.search(host.raw(place + "/systemd"))
        if banner:
            return int(decoded(banner.group(1)))
    words = host.output(["systemctl", "--version"]).split() if host.has("systemctl") else []
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def _default(host, kind):
    # type: (Host, str) -> str
    if kind == "systemd":
        for place in ("/etc", "/usr/lib", "/lib"):
            target = host.link(place + INSTANCE).rpartition("/")[2]
            if target:
                return target
        return ""
    asked = re.search(r"(?m)^\w+:(\d):initdefault:", host.text("/etc/inittab"))
    if asked:
        return asked.group(1)
    script = host.text("/etc/init/rc-sysinit.conf")
    set_there = re.search(r"(?m)^\s*env DEFAULT_RUNLEVEL=(\w)", script)
    return set_there.group(1) if set_there else ""
