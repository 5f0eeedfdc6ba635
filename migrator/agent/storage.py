"""Mounts, fstab and swap. A network file system is named, never touched: it could hang."""

from __future__ import absolute_import, division, print_function

import os
import stat

from migrator.agent import mounts as kernel
from migrator.agent.accounts import names
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STATE_TOPS = ("/opt", "/usr/local", "/srv", "/var/lib", "/var/opt", "/var/www")
STATE_DEPTH = 4


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    return {
        "mounts": host.part("storage.mounts", lambda: mounts(host), []),
        "fstab": host.part("storage.fstab", lambda: fstab(host), []),
        "swaps": host.part("storage.swaps", lambda: swaps(host), []),
        "state": host.part("storage.state", lambda: state(host, names(host)), []),
    }


def mounts(host):
    # type: (Host) -> list[dict[str, Any]]
    host.only_live()
    found = []
    for mount in kernel.table(host):
        path, fstype, source, options = mount[:4]
        kind = kernel.kind(mount)
        size, used = _space(host, path) if kind == "local" else (0, 0)
        found.append(
            {
                "path": path,
                "source": source,
                "fstype": fstype,
                "options": options,
                "size": size,
                "used": used,
                "kind": kind,
            }
        )
    return found


def _space(host, path):
    # type: (Host, str) -> tuple[int, int]
    try:
        found = os.statvfs(host.at(path))
    except OSError:
        return 0, 0
    return found.f_blocks * found.f_frsize, (found.f_blocks - found.f_bfree) * found.f_frsize


def fstab(host):
    # type: (Host) -> list[dict[str, str]]
    found = []
    for where, line in host.numbered("/etc/fstab"):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        words = line.split()
        if len(words) < 3:
            host.strange("storage", where, line)
            continue
        found.append(
            {
                "where": where,
                "source": kernel.unescaped(words[0]),
                "path": kernel.unescaped(words[1]),
                "fstype": words[2],
                "options": words[3] if len(words) > 3 else "defaults",
                "raw": line,
            }
        )
    return found


def state(host, names):
    # type: (Host, dict[int, str]) -> list[dict[str, str]]
    """The topmost directories below STATE_TOPS that do not belong to host."""
    found = []
    waiting = [(top, 0) for top in reversed(STATE_TOPS)]
    while waiting:
        path, depth = waiting.pop()
        try:
            info = os.lstat(host.at(path))
        except OSError:
            continue
        if not stat.S_ISDIR(info.st_mode):
            continue
        if info.st_uid:
            user = names.get(info.st_uid, str(info.st_uid))
            found.append({"path": path, "user": user})
        elif depth < STATE_DEPTH:
            waiting.extend((path + "/" + n, depth + 1) for n in reversed(host.names(path)))
    return found


def swaps(host):
    # type: (Host) -> list[str]
    host.only_live()
    return [line.split()[0] for line in host.lines("/proc/swaps")[1:] if line.split()]
