"""What journald and its companions are told, drop-ins included."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.redact import redacted, redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PROGRAMS = ("journald", "journal-upload", "journal-remote")
PLACES = ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib")  # the first that has a name wins
KEPT = "/var/log/journal"


def read(host):
    # type: (Host) -> dict[str, Any]
    settings = [setting for program in PROGRAMS for setting in _settings(host, program)]
    storage = [s["value"] for s in settings if s["key"] == "Storage" and "journald" in s["where"]]
    return {
        "storage": storage[-1] if storage else "",
        "persistent": host.exists(KEPT),
        "settings": settings,
    }


def _settings(host, program):
    # type: (Host, str) -> list[dict[str, str]]
    found = []
    for path in _files(host, program):
        for where, line in host.numbered(path):
            match = re.match(r"\s*([A-Za-z][\w-]*)\s*=\s*(.*?)\s*$", line)
            if match:
                key, value = match.groups()
                row = {"where": where, "key": key, "value": redacted_value(key, value)}
                found.append(dict(row, raw=redacted(line)))
            elif not re.match(r"\s*(?:$|[#;\[])", line):
                host.strange("syslog", where, redacted(line))
    return found


def _files(host, program):
    # type: (Host, str) -> list[str]
    """The main file, then the drop-ins by their names."""
    name = "systemd/%s.conf" % program
    main = [place + "/" + name for place in PLACES if host.exists(place + "/" + name)][:1]
    drop_ins = {}  # type: dict[str, str]
    for place in PLACES:
        for path in host.files("%s/%s.d" % (place, name)):
            if path.endswith(".conf"):
                drop_ins.setdefault(path.rpartition("/")[2], path)
    return main + [drop_ins[key] for key in sorted(drop_ins)]
