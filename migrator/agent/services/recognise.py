"""Which known services there are, by their units, processes and packages."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.services.kind import Kind, matching
from migrator.agent.services.known import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable

    Row = dict[str, Any]

SUFFIX = re.compile(r"\.(?:service|socket|timer)$")
ENGINES = "containers"  # of which containers or their directory are enough
ON = ("enabled", "enabled-runtime", "linked", "alias")


class Evidence(object):
    """The names that services are recognised by, each with what it stands for."""

    def __init__(self, found):
        # type: (Row) -> None
        self.units = {}  # type: dict[str, list[Row]]
        for unit in found.get("units") or []:
            if unit["load"] not in ("not-found", "error") and SUFFIX.search(unit["name"]):
                self.units.setdefault(SUFFIX.sub("", unit["name"]), []).append(unit)
        self.programs = {}  # type: dict[str, list[int]]
        self.commands = {}  # type: dict[str, list[int]]
        self.engines = set()  # type: set[str]
        for process in found.get("processes") or []:
            if process.get("container"):  # it is a service of that, not of the host
                self.engines.add(process["container"].partition("/")[0])
                continue
            for name in _program_names(process):
                self.programs.setdefault(name, []).append(process["pid"])
            self.commands.setdefault(" ".join(process["command"]), []).append(process["pid"])
        packages = (found.get("packages") or {}).get("installed") or []
        self.packages = dict((package["name"], package["version"]) for package in packages)
        self.listeners = (found.get("network") or {}).get("listeners") or []


def _program_names(process):
    # type: (Row) -> set[str]
    """A process may have another name than its file, and may have written over its arguments."""
    first = (process["command"] or [""])[0].split(" ")[0]
    exe = process["exe"].replace(" (deleted)", "")
    names = set(path.rpartition("/")[2].partition(":")[0] for path in (exe, first))
    return names - set([""])


def services(host, found):
    # type: (Host, Row) -> list[Row]
    evidence = Evidence(found)
    rows = [_service(host, kind, evidence) for kind in KINDS]
    return [row for row in rows if row]


def _service(host, kind, evidence):
    # type: (Host, Kind, Evidence) -> Row | None
    units = [
        u for name in matching(kind.units, sorted(evidence.units)) for u in evidence.units[name]
    ]
    pids = _pids(kind, evidence)
    packages = matching(kind.packages, sorted(evidence.packages))
    data = _existing(host, kind.data)
    runs = kind.name in evidence.engines
    if not (units or pids or packages or runs or (data and kind.kind == ENGINES)):
        return None
    return {
        "kind": kind.kind,
        "name": kind.name,
        "state": "running" if runs else _state(units, pids),
        "version": evidence.packages[packages[-1]] if packages else "",
        "packages": packages,
        "units": [unit["name"] for unit in units],
        "pids": pids,
        "ports": _ports(evidence.listeners, pids, [unit["name"] for unit in units]),
        "configs": _existing(host, kind.configs),
        "data": [{"path": path, "size": None} for path in data],
        "detail": {},
        "sites": [],
        "parts": [],
        "certificates": [],
    }


def _pids(kind, evidence):
    # type: (Kind, Evidence) -> list[int]
    found = set()  # type: set[int]
    for name in matching(kind.programs, evidence.programs):
        found.update(evidence.programs[name])
    for command, pids in evidence.commands.items() if kind.commands else ():
        if kind.commands.search(command):
            found.update(pids)
    return sorted(found)


def _state(units, pids):
    # type: (list[Row], list[int]) -> str
    if pids or any(unit["active"] == "active" for unit in units):
        return "running"
    return "enabled" if any(unit["enabled"] in ON for unit in units) else "installed"


def _ports(listeners, pids, units):
    # type: (Iterable[Row], list[int], list[str]) -> list[int]
    ours = [x for x in listeners if x["pid"] in pids or (x["unit"] and x["unit"] in units)]
    return sorted(set(listener["port"] for listener in ours))


def _existing(host, patterns):
    # type: (Host, list[str]) -> list[str]
    return [path for pattern in patterns for path in host.matching(pattern)]
