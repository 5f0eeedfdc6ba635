"""Where log lines go: rsyslog's rules in both of its languages, and journald's settings."""

from __future__ import absolute_import, division, print_function

import fnmatch
import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Rule = dict[str, str]

TOP = "/etc/rsyslog.conf"
DEPTH = 8  # includes within includes
INCLUDE = re.compile(r"""\$IncludeConfig\s+(\S+)|include\(.*file\s*=\s*"([^"]+)\"""", re.I)
MODULE = re.compile(r"""\$ModLoad\s+(\S+)|module\(.*load\s*=\s*"([^"]+)\"""", re.I)
SELECTOR = re.compile(r"([\w*,.;=!:]+\.[\w*=!;,.]+|:\w[^ ]*, *!?\w+, *\"[^\"]*\")\s+(\S.*)$")
PARAMETER = re.compile(r'(\w+)\s*=\s*"([^"]*)"')


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    return {"rules": rules(host)}


def rules(host):
    # type: (Host) -> list[Rule]
    found = []  # type: list[Rule]
    for where, line in _lines(host, TOP, 0):
        found.extend(_rules(where, line))
    for path in ["/etc/systemd/journald.conf"] + host.files("/etc/systemd/journald.conf.d"):
        for where, line in host.numbered(path):
            if re.match(r"[A-Z]\w+=", line):
                found.append(_rule("other", where, "journald", "", line))
    return found


def _rule(kind, where, selector, destination, raw):
    # type: (str, str, str, str, str) -> Rule
    return {
        "kind": kind,
        "where": where,
        "selector": selector,
        "destination": destination,
        "raw": raw,
    }


def _lines(host, path, depth):
    # type: (Host, str, int) -> Iterator[tuple[str, str]]
    """Statements in the order in which rsyslog reads them, includes in their place."""
    joined, begun = "", ""
    for where, line in host.numbered(path):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        joined, begun = joined + line.strip(), begun or where
        if joined.endswith("\\") or joined.count("(") > joined.count(")"):
            joined = joined[:-1] if joined.endswith("\\") else joined + " "
            continue
        statement, joined, at, begun = joined, "", begun, ""
        included = INCLUDE.match(statement)
        if included and depth < DEPTH:
            for name in _glob(host, included.group(1) or included.group(2)):
                for row in _lines(host, name, depth + 1):
                    yield row
        else:
            yield at, statement
    if joined:
        yield begun, joined


def _glob(host, pattern):
    # type: (Host, str) -> list[str]
    directory, _, name = pattern.rpartition("/")
    return [directory + "/" + n for n in host.names(directory) if fnmatch.fnmatch(n, name)]


def _rules(where, statement):
    # type: (str, str) -> list[Rule]
    module = MODULE.match(statement)
    if module:
        return [_rule("input", where, module.group(1) or module.group(2), "", statement)]
    selected = SELECTOR.match(statement)
    selector, action = selected.groups() if selected else ("", statement)
    kind, destination = _action(action.strip())
    return [_rule(kind, where, selector, destination, statement)]


def _action(action):
    # type: (str) -> tuple[str, str]
    """(kind, destination) of the right side of a rule."""
    legacy = re.match(r"(@@?)(?:\([^)]*\))?(\[[^]]+\]|[^:;\s]+)(?::(\d+))?", action)
    if legacy:
        protocol = "tcp" if legacy.group(1) == "@@" else "udp"
        return "remote", "%s:%s/%s" % (legacy.group(2), legacy.group(3) or "514", protocol)
    path = re.match(r"-?(/[^;\s]+)", action)
    if path:
        return ("other" if path.group(1).startswith("/dev/") else "file"), path.group(1)
    given = dict((key.lower(), value) for key, value in PARAMETER.findall(action))
    if given.get("type") == "omfile" and "file" in given:
        return "file", given["file"]
    if given.get("type") == "omfwd" and "target" in given:
        place = (given["target"], given.get("port", "514"), given.get("protocol", "udp").lower())
        return "remote", "%s:%s/%s" % place
    return "other", ""
