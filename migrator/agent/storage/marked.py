"""What was marked so that nobody changes it (chattr +i, +a), where people do that."""

from __future__ import absolute_import, division, print_function

import os

from migrator.agent import walk
from migrator.agent.attributes import inode_flags
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

TOPS = ("/etc", "/var/log")
MARKS = ((0x10, "immutable"), (0x20, "append-only"))


def marked(host):
    # type: (Host) -> list[dict[str, Any]]
    if host.live and not host.real:
        return []  # a recording's files have no marks
    rows = []
    for path in _paths(host):
        bits = _flags(host.at(path, follow=False))
        marks = [name for bit, name in MARKS if bits & bit]
        if marks:
            rows.append({"path": path, "marks": marks})
    return rows


def _paths(host):
    # type: (Host) -> Iterator[str]
    """Each file, and before it the directory that it is in."""
    seen = set()  # type: set[str]
    for path, _ in walk.files(host, "storage.marked", TOPS):
        directory = os.path.dirname(path)
        if directory not in seen:
            seen.add(directory)
            yield directory
        yield path


def _flags(place):
    # type: (str) -> int
    """0 also where the file system has none, or only root may ask."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return 0
    try:
        return inode_flags(descriptor)
    finally:
        os.close(descriptor)
