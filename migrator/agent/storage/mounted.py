"""What is mounted, and how full it is."""

from __future__ import absolute_import, division, print_function

import os

from migrator.agent.host import Host
from migrator.agent.mounts import Places, kind, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from migrator.agent.mounts import Mount

IN_MEMORY = ("tmpfs", "devtmpfs")


def mounts(host):
    # type: (Host) -> list[dict[str, Any]]
    host.only_live()
    listed = list(table(host))
    places = Places(listed)
    paths = dict((mount.id, mount.path) for mount in listed)
    found = []
    for number, mount in enumerate(listed):
        row = {
            "path": mount.path,
            "source": mount.source,
            "fstype": mount.fstype,
            "options": mount.options,
            "kind": kind(mount),
            "root": mount.root,
            "bind": is_bind(mount, listed[:number]),
            "parent": paths.get(mount.parent, "") if mount.parent != mount.id else "",
            "device": mount.device,
            "propagation": mount.propagation,
        }
        asked = kind(mount) == "local" or mount.fstype in IN_MEMORY
        visible = places.crossed(mount.path)[-1:] == [mount]
        row.update(_space(host, mount.path if asked and visible else ""))
        found.append(row)
    return found


def is_bind(mount, earlier):
    # type: (Mount, Sequence[Mount]) -> bool
    """Whether its directory was mounted before, or one above it of the same file system."""
    return bool(mount.device) and any(
        other.device == mount.device and (mount.root + "/").startswith(other.root.rstrip("/") + "/")
        for other in earlier
    )


def _space(host, path):
    # type: (Host, str) -> dict[str, int]
    """All 0 where nothing is to be asked; a recording has no sizes."""
    sizes = dict.fromkeys(("size", "used", "available", "inodes", "inodes_used"), 0)
    try:
        if path and host.real:
            found = os.statvfs(host.at(path))
            sizes["size"] = found.f_blocks * found.f_frsize
            sizes["used"] = (found.f_blocks - found.f_bfree) * found.f_frsize
            sizes["available"] = found.f_bavail * found.f_frsize
            sizes["inodes"] = found.f_files
            sizes["inodes_used"] = found.f_files - found.f_ffree
    except OSError:
        pass  # it was unmounted, or could hang
    return sizes
