"""Directories that services write to."""

from __future__ import absolute_import, division, print_function

import os
import stat

from migrator.agent.host import Host

TOPS = ("/opt", "/usr/local", "/srv", "/var/lib", "/var/opt", "/var/www")
DEPTH = 4
RUNTIME = ("/var/run", "/var/lock")


def state(host, names):
    # type: (Host, dict[int, str]) -> list[dict[str, str]]
    """The topmost directories below TOPS that do not belong to root."""
    found = []
    waiting = [(top, 0) for top in reversed(TOPS)]
    while waiting:
        path, depth = waiting.pop()
        try:
            info = os.lstat(host.at(path, follow=False))
        except OSError:
            continue
        if not stat.S_ISDIR(info.st_mode):
            continue
        if info.st_uid:
            user = names.get(info.st_uid, str(info.st_uid))
            found.append({"path": path, "user": user})
        elif depth < DEPTH:
            waiting.extend((path + "/" + n, depth + 1) for n in reversed(host.names(path)))
    return found


def runtime(host):
    # type: (Host) -> list[str]
    """Directories for what runs that lie on the disk, where they should be links to /run."""
    return [path for path in RUNTIME if not host.link(path) and os.path.isdir(host.at(path))]
