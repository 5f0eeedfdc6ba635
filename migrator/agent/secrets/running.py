"""Secrets that services and processes are given: by their environment, files of it, arguments."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.assignments import settings
from migrator.agent.host import Host
from migrator.agent.redact import MARK, redacted_value, redacted_words
from migrator.agent.redact.names import is_secret
from migrator.agent.secrets.files import introduced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

    Secret = dict[str, Any]


def of_units(host, units):
    # type: (Host, Sequence[dict[str, Any]]) -> Iterator[Secret]
    for unit in units:
        for name in unit["environment_names"]:
            if is_secret(name):
                yield _secret("token", unit["fragment"], "%s in %s" % (name, unit["name"]))
        for command in unit["commands"]:
            if MARK in command:
                detail = "%s in %s" % (introduced(command), unit["name"])
                yield _secret("token", unit["fragment"], detail)
        for path in _environment_files(unit["properties"]):
            values = settings(host, path)
            for name in sorted(values):
                if _shows(name, values[name]):
                    yield _secret("token", path, "%s in %s" % (name, unit["name"]))


def _environment_files(properties):
    # type: (dict[str, str]) -> list[str]
    """As systemctl shows them, "/a (ignore_errors=no)", or as unit files have them, "-/a"."""
    text = properties.get("EnvironmentFiles", "") + " " + properties.get("EnvironmentFile", "")
    return re.findall(r"(?:^|[\s-])(/\S+)", text)


def of_processes(host, processes):
    # type: (Host, Sequence[dict[str, Any]]) -> Iterator[Secret]
    """Once for each program and name, however many processes of it there are."""
    seen = set()  # type: set[tuple[str, str]]
    for process in processes:
        program = process["exe"] or (process["command"] or [""])[0]
        details = [
            "%s in the environment of a process" % name for name in _variables(host, process)
        ]
        shown = " ".join(redacted_words(process["command"]))
        if MARK in shown:
            details.append("%s on the command line of a process" % introduced(shown))
        for detail in details:
            if (program, detail) not in seen:
                seen.add((program, detail))
                yield _secret("process", program, detail)


def _variables(host, process):
    # type: (Host, dict[str, Any]) -> list[str]
    text = host.text("/proc/%d/environ" % process["pid"])
    pairs = [word.partition("=") for word in text.split("\0")]
    return [name for name, _, value in pairs if _shows(name, value)]


def _shows(name, value):
    # type: (str, str) -> bool
    return redacted_value(name, value) != value


def _secret(kind, path, detail):
    # type: (str, str, str) -> Secret
    return {"kind": kind, "path": path, "detail": detail, "line": 0, "mode": "", "uid": None}
