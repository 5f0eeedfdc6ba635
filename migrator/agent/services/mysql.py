"""MySQL and MariaDB: settings of the server's sections, data directory, names of databases."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.host import Host
from migrator.agent.services.settings import add_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INCLUDE = re.compile(r"\s*!include(dir)?\s+(\S+)")
DEEPEST = 8  # includes in includes
DEFAULT = "/var/lib/mysql"


def add(host, service):
    # type: (Host, dict[str, Any]) -> None
    service["configs"] = [x for path in service["configs"] for x in _with_included(host, path, 0)]
    for path in service["configs"]:
        for line in host.lines(path):
            datadir = re.match(r"\s*datadir\s*=\s*(/\S+)", line)
            if datadir:
                add_data(service, [datadir.group(1)])
    if not service["data"] and host.names(DEFAULT):
        add_data(service, [DEFAULT])
    for data in service["data"]:
        names = [
            name for name in host.names(data["path"]) if _is_database(host, data["path"], name)
        ]
        if names:
            service["detail"]["databases"] = " ".join(names)


def _is_database(host, data, name):
    # type: (Host, str, str) -> bool
    """The servers keep each in a directory of its name, and their own things beside it."""
    return os.path.isdir(host.at(data + "/" + name)) and not name.startswith(("#", "."))


def _with_included(host, path, depth):
    # type: (Host, str, int) -> list[str]
    found = [path]
    for line in host.lines(path) if depth < DEEPEST else []:
        included = INCLUDE.match(line)
        if included and included.group(1):
            names = [
                name for name in host.files(included.group(2)) if name.endswith((".cnf", ".ini"))
            ]
            found += [x for name in names for x in _with_included(host, name, depth + 1)]
        elif included:
            found += _with_included(host, included.group(2), depth + 1)
    return found
