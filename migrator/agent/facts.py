"""Verb facts: everything that the host is, subject by subject, in one document."""

from __future__ import absolute_import, division, print_function

import functools
import importlib
import platform
import time

from migrator.agent import limits
from migrator.agent.host import Host
from migrator.agent.units import systemd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = 2
DENIED_SHOWN = 5  # paths in a message
BAD_NAME = 2  # exit status of the command line for a name that does not exist
# A module of each, and what stands for it when it fails. A subject is given those before it.
SUBJECTS = (
    ("system", {}),
    ("packages", {}),
    ("repositories", {}),
    ("software", {}),
    ("units", []),
    ("processes", []),
    ("cron", {}),
    ("syslog", {}),
    ("logrotate", {}),
    ("network", {}),
    ("storage", {}),
    ("accounts", {}),
    ("kernel", {}),
    ("services", []),
    ("security", {}),
    ("secrets", []),
    ("literals", []),
)  # type: tuple[tuple[str, Any], ...]


def facts(params):
    # type: (dict[str, Any]) -> dict[str, Any]
    """The document that migrator.facts describes. ``params``: root, agent (its digest), and for a
    host that is only a memory its recording and the time of it, now."""
    host = Host(params["root"], params.get("recording"))
    if not host.exists("/etc"):
        problem = "%s holds no root file system" % host.path
        return {"error": {"message": problem, "hint": "mount the disk there", "code": BAD_NAME}}
    document = {
        "schema": SCHEMA,
        "agent": params.get("agent", ""),
        "python": platform.python_version(),
        "taken_at": params.get("now", int(time.time())),
        "root": host.path,
        "live": host.live,
        "privileged": host.privileged,
    }  # type: dict[str, Any]
    systemd.begin(host)
    for name, empty in SUBJECTS:
        subject = importlib.import_module("migrator.agent." + name)
        document[name] = host.part(name, functools.partial(subject.read, host, document), empty)
    if host.denied:
        first = sorted(host.denied)[:DENIED_SHOWN]
        message = "%d paths may only be read by root, such as %s"
        host.failed("files", "denied", message % (len(host.denied), ", ".join(first)))
    document.update(unparsed=host.unparsed, failures=host.failures)
    return document
