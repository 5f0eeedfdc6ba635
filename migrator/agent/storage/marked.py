"""Files that were marked so that nobody changes them (chattr +i, +a), where people do that."""

from __future__ import absolute_import, division, print_function

import fcntl
import os
import struct

from migrator.agent import walk
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TOPS = ("/etc", "/var/log")
LONG = struct.calcsize("l")
GET_FLAGS = 0x80006601 | LONG << 16  # FS_IOC_GETFLAGS, whose number has the size of a long in it
MARKS = ((0x10, "immutable"), (0x20, "append-only"))


def marked(host):
    # type: (Host) -> list[dict[str, Any]]
    if host.live and not host.real:
        return []  # a recording's files have no marks
    rows = []
    for path, _ in walk.files(host, "storage.marked", TOPS):
        bits = _flags(host.at(path, follow=False))
        marks = [name for bit, name in MARKS if bits & bit]
        if marks:
            rows.append({"path": path, "marks": marks})
    return rows


def _flags(place):
    # type: (str) -> int
    """0 also where the file system has none, or only root may ask."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return 0
    try:
        answer = fcntl.ioctl(descriptor, GET_FLAGS, b"\0" * LONG)  # type: bytes
        return int(struct.unpack("=I", answer[:4])[0])
    except EnvironmentError:
        return 0
    finally:
        os.close(descriptor)
