"""Installed packages, from dpkg's database or by rpm."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STATUS = "/var/lib/dpkg/status"
RPM = ["rpm", "-qa", "--queryformat", r"%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\n"]


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    return {"installed": installed(host)}


def installed(host):
    # type: (Host) -> list[dict[str, Any]]
    """Sorted by name; also those that are half configured or removed with their files left."""
    found = _dpkg(host)
    if host.has("rpm") and host.exists("/var/lib/rpm"):
        found.extend(_rpm(host))
    return sorted(found, key=lambda row: (row["name"], row["architecture"], row["version"]))


def _dpkg(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []
    for stanza in host.text(STATUS).split("\n\n"):
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


def _rpm(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []
    for line in host.output(RPM).splitlines():
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
