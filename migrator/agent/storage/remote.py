"""Storage of other hosts that this one attaches or mounts when it is used: iSCSI and autofs."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.assignments import settings
from migrator.agent.continued import continued
from migrator.agent.host import Host
from migrator.agent.redact import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

NODES = ("/var/lib/iscsi/nodes", "/etc/iscsi/nodes")
MASTER = "/etc/auto.master"
INDIRECT = re.compile(r"(yp|nis|nisplus|ldap|ldaps|hesiod|sss|program|hosts)[,:]|-\w")


def initiator(host):
    # type: (Host) -> str
    return settings(host, "/etc/iscsi/initiatorname.iscsi").get("InitiatorName", "")


def iscsi(host):
    # type: (Host) -> list[dict[str, str]]
    """One row for each target and portal; their files also have passwords, which stay there."""
    found = []
    for top in NODES:
        for target in host.names(top):
            for name in host.names(top + "/" + target):
                place = top + "/" + target + "/" + name
                path = (host.files(place) or [place])[0]
                address, port = (name.split(",") + [""])[:2]
                said = dict((k.strip(), v) for k, v in settings(host, path).items())
                found.append(
                    {
                        "where": path,
                        "target": target,
                        "portal": "%s:%s" % (address, port),
                        "startup": said.get("node.startup", ""),
                    }
                )
    return found


def automounts(host):
    # type: (Host) -> list[dict[str, str]]
    """The master map and, behind each of its entries, those of its map where that is a file."""
    found = []
    more = [path for path in host.files(MASTER + ".d") if path.endswith(".autofs")]
    for path in [MASTER] + more:
        for where, text, raw in continued(host, path):
            words = text.split()
            if words[0].startswith("+"):
                found.append(_row(where, "", "", words[1:], words[0], raw))
            elif len(words) > 1:
                found.append(_row(where, words[0], "", words[2:], words[1], raw))
                found.extend(_entries(host, words[0], words[1]))
            else:
                host.strange("storage", where, redacted(raw))
    return found


def _row(where, path, key, options, location, raw):
    # type: (str, str, str, list[str], str, str) -> dict[str, Any]
    return {
        "where": where,
        "path": path,
        "key": key,
        "options": redacted(" ".join(options)),
        "location": location,
        "raw": redacted(raw),
    }


def _entries(host, point, name):
    # type: (Host, str, str) -> Iterator[dict[str, Any]]
    """``key [-options] location``. A map that may be executed is a program: it is not read."""
    if INDIRECT.match(name):
        return
    path = re.sub(r"^file[,:]", "", name)
    path = path if path.startswith("/") else "/etc/" + path
    if _is_program(host, path):
        return
    for where, text, raw in continued(host, path):
        words = text.split()
        if words[0].startswith("+"):
            yield _row(where, point, "", [], words[0], raw)
        elif len(words) > 1:
            given = words[1].startswith("-") and len(words) > 2
            location = " ".join(words[2 if given else 1 :])
            yield _row(where, point, words[0], words[1:2] if given else [], location, raw)
        else:
            host.strange("storage", where, redacted(raw))


def _is_program(host, path):
    # type: (Host, str) -> bool
    try:
        return bool(os.stat(host.at(path)).st_mode & 0o111)
    except OSError:
        return False
