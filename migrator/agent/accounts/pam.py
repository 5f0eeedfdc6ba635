"""The stacks of PAM: which modules a login, sudo, cron and other services go through."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.continued import continued
from migrator.agent.host import Host
from migrator.agent.redact import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TYPES = r"-?(?:auth|account|password|session)"
INCLUDE = re.compile(r"\s*@include\s+(\S+)")
LINE = re.compile(r"(?i)\s*(%s)\s+(\[[^\]]*\]|\S+)\s+(\S+)\s*(.*)$" % TYPES)
BACKUP = re.compile(r"\.(?:dpkg-\w+|rpmnew|rpmsave|rpmorig|bak|old|orig)$|~$|^#")


def read(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []  # type: list[dict[str, Any]]
    for path in host.files("/etc/pam.d"):
        service = path.rpartition("/")[2]
        if not BACKUP.search(service):
            for where, line, raw in continued(host, path):
                _add(host, found, where, service, line, raw)
    for where, line, raw in continued(host, "/etc/pam.conf"):
        service, _, rest = line.strip().partition(" ")
        _add(host, found, where, service, rest, raw)
    return found


def _add(host, found, where, service, line, raw):
    # type: (Host, list[dict[str, Any]], str, str, str, str) -> None
    text = line.partition("#")[0]
    included, full = INCLUDE.match(text), LINE.match(text)
    if included:
        row = {"type": "", "control": "@include", "module": included.group(1), "arguments": ""}
    elif full:
        kind, control, module, arguments = full.groups()
        row = {"type": kind.lower(), "control": control, "module": module}
        row["arguments"] = redacted(arguments.strip())
    else:
        host.strange("accounts", where, redacted(raw))
        return
    found.append(dict(row, where=where, service=service))
