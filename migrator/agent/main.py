"""The agent's verbs: facts, tree, read and probe. It only reads."""

from __future__ import absolute_import, division, print_function

import json
import os
import platform
import time

from migrator.agent import (
    accounts,
    cron,
    frames,
    kernel,
    logrotate,
    network,
    packages,
    processes,
    secrets,
    storage,
    syslog,
    system,
    units,
)
from migrator.agent.files import Root
from migrator.agent.notes import Notes
from migrator.agent.read import read
from migrator.agent.tree import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

SCHEMA = 1


def run(verb, params, stdin, stdout):
    # type: (str, dict[str, Any], Any, Any) -> int
    """Serve one verb; the exit status."""
    stdout.write(frames.MAGIC)
    if verb == "tree":
        tree(params, stdout)
    elif verb == "read":
        read(params, stdin, stdout)
    else:
        document = facts(params) if verb == "facts" else probe(params)
        frames.write(stdout, b"J", json.dumps(document, sort_keys=True).encode("ascii"))
    stdout.flush()
    return 0


def probe(params):
    # type: (dict[str, Any]) -> dict[str, Any]
    from migrator.agent import probe  # a minimal Python has no HTTP, and the rest needs none

    return probe.probe(params)


def facts(params):
    # type: (dict[str, Any]) -> dict[str, Any]
    """The document that migrator.facts describes; a subject that fails is named and left empty."""
    root, notes = Root(params["root"]), Notes()
    live = root.live

    def ask(subject, read_it, needs_live=False):
        # type: (str, Callable[[], list[Any]], bool) -> list[Any]
        if needs_live and not live:
            notes.failed(subject, "not read: only a running host has it")
            return []
        try:
            return read_it()
        except Exception as error:  # one broken subject must not hide the others
            notes.failed(subject, "%s: %s" % (error.__class__.__name__, error))
            return []

    names = accounts.names(root)
    known = ask("units", lambda: units.read(root))
    jobs = ask("cron", lambda: cron.read(root, notes)) + ask("timers", lambda: cron.timers(known))
    document = {
        "schema": SCHEMA,
        "agent": params.get("agent", ""),
        "python": platform.python_version(),
        "taken_at": int(time.time()),
        "root": root.path,
        "privileged": os.geteuid() == 0,
        "system": system.read(root),
        "packages": ask("packages", lambda: packages.read(root)),
        "units": known,
        "processes": ask("processes", lambda: processes.read(names), True),
        "jobs": jobs,
        "logs": ask("syslog", lambda: syslog.read(root)),
        "rotations": ask("logrotate", lambda: logrotate.read(root)),
        "network": {
            "addresses": ask("addresses", network.addresses, True),
            "routes": ask("routes", network.routes, True),
            "listeners": ask("listeners", network.listeners, True),
            "hosts": ask("hosts", lambda: network.hosts(root)),
            "nameservers": ask("resolver", lambda: network.nameservers(root)),
            "search": ask("resolver", lambda: network.search(root)),
            "firewall": ask("firewall", lambda: network.firewall(root)),
        },
        "storage": {
            "mounts": ask("mounts", storage.mounts, True),
            "fstab": ask("fstab", lambda: storage.fstab(root, notes)),
            "swaps": ask("swaps", storage.swaps, True),
            "state": ask("state", lambda: storage.state(root, names)),
        },
        "users": ask("users", lambda: accounts.users(root, notes)),
        "groups": ask("groups", lambda: accounts.groups(root, notes)),
        "sudo": ask("sudo", lambda: accounts.sudo(root)),
        "sysctls": ask("sysctls", lambda: kernel.sysctls(root, notes)),
        "limits": ask("limits", lambda: kernel.limits(root, notes)),
        "modules": ask("modules", kernel.modules, True),
        "secrets": ask("secrets", lambda: secrets.read(root, known, notes)),
    }
    document.update(unparsed=notes.unparsed, failures=notes.failures)
    return document
