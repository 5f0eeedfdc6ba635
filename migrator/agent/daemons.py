"""Which of several known programs is installed, what starts it, and whether it runs."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable

    # flavour, the paths its program may have, the units that may start it
    Known = tuple[str, tuple[str, ...], tuple[str, ...]]


def daemons(host, found, known):
    # type: (Host, dict[str, Any], Iterable[Known]) -> list[dict[str, Any]]
    """One for each known program that is there, in the order of ``known``."""
    return [
        _daemon(host, found, flavour, path, names)
        for flavour, paths, names in known
        for path in [place for place in paths if host.exists(place)][:1]
    ]


def _daemon(host, found, flavour, path, names):
    # type: (Host, dict[str, Any], str, str, tuple[str, ...]) -> dict[str, Any]
    units = dict((unit["name"], unit) for unit in found["units"])
    unit = next((units[name] for name in names if name in units), {})  # type: dict[str, Any]
    process = next((row for row in found["processes"] if _runs(row, path)), {})  # type: dict[str, Any]
    return {
        "flavour": flavour,
        "path": path,
        "unit": unit.get("name", ""),
        "enabled": unit.get("enabled", ""),
        "pid": process.get("pid", 0),
        "command": process.get("command", []),
        "timezone": _timezone(host, process["pid"]) if process else "",
    }


def _runs(process, path):
    # type: (dict[str, Any], str) -> bool
    """By the name it was started as: only root may see of which file a process is."""
    name = (process["command"] or [""])[0].rpartition("/")[2]
    return bool(name == path.rpartition("/")[2])


def _timezone(host, pid):
    # type: (Host, int) -> str
    set_to = re.search(r"(?:^|\0)TZ=([^\0]*)", host.text("/proc/%d/environ" % pid))
    return set_to.group(1) if set_to else ""
