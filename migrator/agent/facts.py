"""Verb facts: everything that the host is, subject by subject, in one document."""

from __future__ import absolute_import, division, print_function

import functools
import importlib
import platform
import time

from migrator.agent.beside import Beside
from migrator.agent.host import Host
from migrator.agent.units import systemd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Subjects = tuple[tuple[str, Any], ...]

SCHEMA = 2
DENIED_SHOWN = 5  # paths in a message
BAD_NAME = 2  # exit status of the command line for a name that does not exist
# A module of each, and what stands for it when it fails. A subject is given those before it.
ASIDE = (
    ("packages", {}),
    ("repositories", {}),
    ("software", {}),
    ("storage", {}),
)  # type: Subjects
ALONE = (
    ("system", {}),
    ("units", []),
    ("processes", []),
    ("cron", {}),
    ("syslog", {}),
    ("logrotate", {}),
    ("network", {}),
    ("accounts", {}),
    ("kernel", {}),
)  # type: Subjects
LAST = (("services", []), ("security", {}), ("secrets", []), ("literals", []))  # type: Subjects
SUBJECTS = ASIDE + ALONE + LAST


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
    beside = Beside(host, lambda: _read(host, document, ASIDE)) if host.real else None
    systemd.begin(host)
    for name, _ in ALONE + LAST:  # compiled while systemd answers
        importlib.import_module("migrator.agent." + name)
    if beside is None:
        _read(host, document, ASIDE)
    _read(host, document, ALONE)
    if beside:
        document.update(host.part("packages", beside.subjects, dict(ASIDE)))
    _read(host, document, LAST)
    if host.denied:
        first = sorted(host.denied)[:DENIED_SHOWN]
        message = "%d paths may only be read by root, such as %s"
        host.failed("files", "denied", message % (len(host.denied), ", ".join(first)))
    document.update(unparsed=host.unparsed, failures=host.failures)
    return document


def _read(host, document, subjects):
    # type: (Host, dict[str, Any], Subjects) -> dict[str, Any]
    """Read ``subjects`` into ``document``; gives these alone."""
    for name, empty in subjects:
        subject = importlib.import_module("migrator.agent." + name)
        document[name] = host.part(name, functools.partial(subject.read, host, document), empty)
    return dict((name, document[name]) for name, _ in subjects)
