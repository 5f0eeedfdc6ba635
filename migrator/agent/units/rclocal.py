"""rc.local: commands that an administrator wants to run at the end of each boot."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.units.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

PATHS = (
    ("rc-local", "/etc/rc.local"),
    ("rc-local", "/etc/rc.d/rc.local"),
    ("boot-local", "/etc/init.d/boot.local"),
    ("after-local", "/etc/init.d/after.local"),
)
# What the distributions ship: it does nothing.
NOTHING = re.compile(r"(?:exit 0|touch /var/lock/subsys/local|\. /etc/rc\.status|:|set -e)\Z")


def units(host):
    # type: (Host) -> list[Record]
    """A script for each that exists, is executable and does something."""
    found = {}  # type: dict[str, Record]
    for name, path in PATHS:
        lines = _commands(host, path)
        if lines and name not in found and os.stat(host.at(path)).st_mode & 0o111:
            found[name] = record(
                name + ".service", "rc.local", path, enabled="enabled", commands=lines
            )
    return [found[name] for name in sorted(found)]


def _commands(host, path):
    # type: (Host, str) -> list[str]
    lines = [line.strip() for line in host.lines(path)]
    return [line for line in lines if line and not line.startswith("#") and not NOTHING.match(line)]
