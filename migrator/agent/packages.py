"""Installed packages, from dpkg's database or by rpm."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent import run
from migrator.agent.files import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STATUS = "/var/lib/dpkg/status"
RPM = ["rpm", "-qa", "--queryformat", r"%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\n"]


def read(root):
    # type: (Root) -> list[dict[str, Any]]
    """Sorted by name; also those that are half configured or removed with their files left."""
    found = _dpkg(root)
    if root.live and (root.exists("/usr/bin/rpm") and root.exists("/var/lib/rpm")):
        found.extend(_rpm())
    return sorted(found, key=lambda row: (row["name"], row["architecture"], row["version"]))


def _dpkg(root):
    # type: (Root) -> list[dict[str, Any]]
    found = []
    for stanza in root.text(STATUS).split("\n\n"):
        fields = dict(re.findall(r"(?m)^([A-Za-z-]+):[ \t]*(.*)$", stanza))
        if "Package" in fields:
            found.append(
                {
                    "name": fields["Package"],
                    "version": fields.get("Version", ""),
                    "architecture": fields.get("Architecture", ""),
                    "status": fields.get("Status", ""),
                }
            )
    return found


def _rpm():
    # type: () -> list[dict[str, Any]]
    found = []
    for line in run.output(RPM).splitlines():
        name, version, architecture = line.split("\t")
        found.append(
            {
                "name": name,
                "version": version,
                "architecture": architecture,
                "status": "installed",
            }
        )
    return found
