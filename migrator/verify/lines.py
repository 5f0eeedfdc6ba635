"""Which lines are logged in a container, so that it shows where its log rules send them."""

from __future__ import annotations

import re
from typing import Any

from migrator.agent.probe.lines import level
from migrator.facts import Facts
from migrator.facts.syslog import LogRemote, LogRule

# A line can be made for these; what a condition or filter of a rule wants, is not known.
PRIORITIES = re.compile(r"[\w*,]+\.[\w*=!;,.]+")
SYSLOG = "514"
OPAQUE = re.compile(r"(?i)zip|compress")  # parameters that make a line unreadable on its way


def files(found: Facts) -> dict[str, str]:
    """Path of a log -> the selector of what it gets."""
    return {rule.destination: rule.selector for rule in _plain(found) if rule.kind == "file"}


def remotes(found: Facts) -> list[dict[str, Any]]:
    """Hosts that get lines, as the runtime's verb ``followed`` takes them."""
    known = {(remote.where, remote.host): remote for remote in found.syslog.remotes}
    wanted: dict[str, dict[str, Any]] = {}
    for rule in _plain(found):
        host = rule.destination.rpartition("/")[0].rpartition(":")[0].strip("[]")
        remote = known.get((rule.where, host))
        if rule.kind == "remote" and remote and (remote.port or SYSLOG).isdigit():
            facility, priority = level(rule.selector)
            wanted[rule.destination] = {
                "name": rule.destination,
                "port": int(remote.port or SYSLOG),
                "level": f"{facility}.{priority}".lower(),
                "plain": _readable(rule, remote),
            }
    return [line for line in wanted.values() if not line["level"].startswith("kern.")]


def _plain(found: Facts) -> list[LogRule]:
    return [
        rule
        for rule in found.syslog.rules
        if PRIORITIES.fullmatch(rule.selector) and not (rule.ruleset or rule.program or rule.host)
    ]


def _readable(rule: LogRule, remote: LogRemote) -> bool:
    return not remote.tls and not any(map(OPAQUE.search, rule.parameters))
