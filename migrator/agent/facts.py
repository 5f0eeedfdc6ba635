"""Verb facts: everything that the host is, subject by subject, in one document."""

from __future__ import absolute_import, division, print_function

import functools
import platform
import time

from migrator.agent import (
    accounts,
    cron,
    kernel,
    limits,
    literals,
    logrotate,
    network,
    packages,
    processes,
    repositories,
    secrets,
    security,
    services,
    software,
    storage,
    syslog,
    system,
    units,
)
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = 2
DENIED_SHOWN = 5  # paths in a message
BAD_NAME = 2  # exit status of the command line for a name that does not exist
# In this order: a subject is given those before it.
SUBJECTS = (
    ("system", system, {}),
    ("packages", packages, {}),
    ("repositories", repositories, {}),
    ("software", software, {}),
    ("units", units, []),
    ("processes", processes, []),
    ("cron", cron, {}),
    ("syslog", syslog, {}),
    ("logrotate", logrotate, {}),
    ("network", network, {}),
    ("storage", storage, {}),
    ("accounts", accounts, {}),
    ("kernel", kernel, {}),
    ("services", services, []),
    ("security", security, {}),
    ("secrets", secrets, []),
    ("literals", literals, []),
)  # type: tuple[tuple[str, Any, Any], ...]


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
    for name, subject, empty in SUBJECTS:
        document[name] = host.part(name, functools.partial(subject.read, host, document), empty)
    if host.denied:
        first = sorted(host.denied)[:DENIED_SHOWN]
        message = "%d paths may only be read by root, such as %s"
        host.failed("files", "denied", message % (len(host.denied), ", ".join(first)))
    document.update(unparsed=host.unparsed, failures=host.failures)
    return document
