"""Files that a copy may not keep as they are: owners without a name, links, holes, devices."""

from __future__ import absolute_import, division, print_function

import os
import stat

from migrator.agent.files import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HOLE = 1 << 20  # bytes; smaller ones save nothing worth a word
# What is in there belongs to other systems, or never moves.
FOREIGN = (b"/tmp/", b"/var/tmp/", b"/snap/", b"/boot/") + tuple(
    b"/var/lib/" + name + b"/"
    for name in (b"docker", b"containers", b"containerd", b"kubelet", b"lxc", b"lxd", b"machines")
)


class Oddities(object):
    """What a walk meets, in groups, so that there is never much of it."""

    def __init__(self, users):
        # type: (dict[int, str]) -> None
        self.users = users
        self.rows = {}  # type: dict[tuple[str, Any], dict[str, Any]]
        self.linked = {}  # type: dict[tuple[int, int], bytes]  # a name of each file with several

    def see(self, path, found):
        # type: (bytes, os.stat_result) -> None
        if path.startswith(FOREIGN):
            return
        if self.users and found.st_uid not in self.users:
            self.add("owner", found.st_uid, path, found, str(found.st_uid))
        if stat.S_ISREG(found.st_mode):
            if found.st_nlink > 1:
                self.link(path, found)
            if found.st_size - found.st_blocks * 512 >= HOLE:
                self.add("sparse", place(path), path, found, "")
        elif found.st_rdev and not stat.S_ISDIR(found.st_mode):
            self.add("device", path.rpartition(b"/")[0], path, found, number(found))

    def link(self, path, found):
        # type: (bytes, os.stat_result) -> None
        other = self.linked.setdefault((found.st_dev, found.st_ino), path)
        here, there = place(path), place(other)
        if here != there:
            self.add("link", (there, here), path, found, decoded(other))

    def add(self, kind, group, path, found, detail):
        # type: (str, Any, bytes, os.stat_result, str) -> None
        empty = {"kind": kind, "path": decoded(path), "detail": detail, "count": 0, "size": 0}
        row = self.rows.setdefault((kind, group), empty)
        row["count"] += 1
        row["size"] += found.st_size

    def done(self):
        # type: () -> list[dict[str, Any]]
        return sorted(self.rows.values(), key=lambda row: (row["kind"], row["path"]))


def place(path):
    # type: (bytes) -> bytes
    """The directory of the second level: what is on one volume is together there."""
    return b"/".join(path.split(b"/")[:3])


def number(found):
    # type: (os.stat_result) -> str
    """As mknod takes it: "c 1 3"."""
    letter = "b" if stat.S_ISBLK(found.st_mode) else "c"
    return "%s %d %d" % (letter, os.major(found.st_rdev), os.minor(found.st_rdev))
