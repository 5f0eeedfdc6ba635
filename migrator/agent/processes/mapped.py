"""The program and the libraries of a process, and which of them are no more."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.files import decoded, encoded

TYPE_CHECKING = False

GONE = " (deleted)"
IN_MEMORY = "/memfd:"
# Of /proc/<pid>/maps: what is executed and was removed. Memory that never was a file in a
# directory is called deleted as well.
LIBRARY = re.compile(
    encoded(r"(?m)^\S+ ..x. \S+ \S+ \S+ +(/(?!dev/|memfd:|SYSV|anon_hugepage|\[).*) \(deleted\)$")
)


def path(exe):
    # type: (str) -> str
    return exe[: -len(GONE)] if exe.endswith(GONE) else exe


def deleted(exe, maps):
    # type: (str, bytes) -> list[str]
    """Paths, the program first; they may have been replaced by an update."""
    found = [path(exe)] if exe.endswith(GONE) and not exe.startswith(IN_MEMORY) else []
    for match in LIBRARY.finditer(maps) if b"(deleted)" in maps else ():
        name = decoded(match.group(1))
        if name not in found:
            found.append(name)
    return found
