"""Walks below a few places, bounded, that never touch what could hang or never end."""

from __future__ import absolute_import, division, print_function

import os
import stat
import time

from migrator.agent.files import Root, decoded, encoded
from migrator.agent.host import Host
from migrator.agent.mounts import kind, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator, Sequence

MOST = 200000  # paths; the rest is named as a failure
PATIENCE = 20  # seconds
PAUSE = 1024  # paths between two looks at the clock


def files(host, subject, tops, skipped=lambda path: False):
    # type: (Host, str, Sequence[str], Callable[[bytes], bool]) -> Iterator[tuple[str, os.stat_result]]
    """(path, attributes) of each regular file below ``tops``, which are files or directories.

    File systems of a network, of FUSE and of the kernel are not entered, symbolic links not
    followed, directories not entered twice nor where ``skipped(path)``. What a limit cuts off is
    noted as a failure of ``subject``.
    """
    outside = closed(host)
    seen = set()  # type: set[tuple[int, int]]
    base = b"" if host.path == "/" else encoded(host.path)
    end = time.time() + PATIENCE
    count = 0
    waiting = [encoded(top) for top in reversed(tops)]
    while waiting:
        path = waiting.pop()
        if path in outside:
            continue
        if count == MOST or (count % PAUSE == 0 and time.time() > end):
            message = "stopped after %d paths, at %s" % (count, decoded(path))
            host.failed(subject, "limited", message)
            return
        count += 1
        try:
            found = os.lstat(base + path)
            if stat.S_ISREG(found.st_mode):
                yield decoded(path), found
                continue
            here = (found.st_dev, found.st_ino)
            if not stat.S_ISDIR(found.st_mode) or here in seen or skipped(path):
                continue
            names = sorted(os.listdir(base + path), reverse=True)
        except OSError:
            continue  # it vanished, or only root may look
        seen.add(here)
        waiting.extend(path + b"/" + name for name in names)


def closed(host):
    # type: (Host) -> set[bytes]
    """Mount points, as seen from the root of ``host``, that are no local file system."""
    prefix = "" if host.path == "/" else host.path
    found = set()
    for mount in table(Root("/")):
        if kind(mount) == "local":
            found.discard(mount.path)  # mounted over the other
        else:
            found.add(mount.path)
    return set(encoded(path[len(prefix) :]) for path in found if path.startswith(prefix + "/"))
