"""Installed packages, from dpkg's database and apt's notes on it."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.deb822 import stanzas
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Stanza = tuple[str, dict[str, str]]

DATABASE = "/var/lib/dpkg"
APT = "/var/lib/apt/extended_states"
KEPT = "package version architecture status source origin section installed-size conffiles".split()
CONFFILE = re.compile(r"(/.*) (newconffile|[0-9a-f]{32})((?: [a-z-]+)*)$")


def status(host):
    # type: (Host) -> list[Stanza]
    """A stanza for each package that dpkg knows. What it had not merged yet when it was interrupted
    lies beside its database and overrules it."""
    found = []  # type: list[Stanza]
    places = {}  # type: dict[tuple[str, str], int]
    paths = [DATABASE + "/status"] + host.files(DATABASE + "/updates")
    for path in paths:
        for where, fields in stanzas(host, "packages", path):
            if "package" not in fields:
                host.strange("packages", where, "\n".join(sorted(fields)))
                continue
            key = (fields["package"], fields.get("architecture", ""))
            small = dict((name, fields[name]) for name in KEPT if name in fields)
            if key in places and path != paths[0]:
                found[places[key]] = (where, small)
            else:
                places[key] = len(found)
                found.append((where, small))
    return found


def installed(host, status):
    # type: (Host, list[Stanza]) -> list[dict[str, Any]]
    """Also those that are half installed, or removed with their configuration left."""
    automatic = _automatic(host)
    known = host.exists(APT)
    rows = []
    for where, fields in status:
        words = fields.get("status", "").split()
        if len(words) != 3:
            host.strange("packages", where, fields.get("status", ""))
            words = ["unknown", "ok", "unknown"]
        key = (fields["package"], fields.get("architecture", ""))
        reason = "automatic" if key in automatic else "manual"
        rows.append(
            {
                "name": fields["package"],
                "version": fields.get("version", ""),
                "architecture": fields.get("architecture", ""),
                "status": words[2],
                "selection": words[0],
                "reinstall": words[1] == "reinstreq",
                "held": words[0] == "hold",
                "reason": reason if known else "unknown",
                "source": fields.get("source", fields["package"]).partition(" ")[0],
                "vendor": fields.get("origin", ""),
                "section": fields.get("section", ""),
                "size": _kibibytes(fields.get("installed-size", "")),
            }
        )
    return rows


def conffiles(fields):
    # type: (dict[str, str]) -> list[tuple[str, str]]
    """(path, md5) of a package's configuration as it came; md5 is "" before it is configured."""
    found = []
    for line in fields.get("conffiles", "").split("\n"):
        match = CONFFILE.match(line.strip())
        if match:
            digest = match.group(2)
            found.append((match.group(1), "" if digest == "newconffile" else digest))
    return found


def _automatic(host):
    # type: (Host) -> set[tuple[str, str]]
    """(name, architecture) of what apt installed only because something else needs it."""
    return set(
        (fields.get("package", ""), architecture)
        for _, fields in stanzas(host, "packages", APT)
        if fields.get("auto-installed") == "1"
        for architecture in (fields.get("architecture", ""), "all")
    )


def _kibibytes(text):
    # type: (str) -> int
    return int(text) * 1024 if re.match(r"[0-9]+$", text) else 0
