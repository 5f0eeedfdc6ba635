"""Verb tree: every path below the root with all its attributes, depth first."""

from __future__ import absolute_import, division, print_function

import os
import stat

from migrator.agent import frames
from migrator.agent.attributes import nanoseconds, segments, xattrs
from migrator.agent.files import Root, encoded
from migrator.agent.mounts import mount_points
from migrator.agent.owners import owners

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KINDS = {
    stat.S_IFREG: b"f",
    stat.S_IFDIR: b"d",
    stat.S_IFLNK: b"l",
    stat.S_IFCHR: b"c",
    stat.S_IFBLK: b"b",
    stat.S_IFIFO: b"p",
    stat.S_IFSOCK: b"s",
}
UNTOUCHED = (b"m",) + (0,) * 11


def tree(params, stdout):
    # type: (dict[str, Any], Any) -> None
    """Send E and X frames and the count. ``params``: root, and the mounts to enter beyond it.

    A mount point that is not to be entered is not even touched: a dead server would hang us.
    """
    root = Root(params["root"])
    entered = set(params.get("mounts", ()))
    closed = set(encoded(path).lstrip(b"/") for path in mount_points(root) if path not in entered)
    walk = Walk(root, closed, stdout)
    walk.enter(b"")
    frames.write(stdout, b"Z", frames.COUNT.pack(walk.count))


class Walk(object):
    def __init__(self, root, closed, stdout):
        # type: (Root, set[bytes], Any) -> None
        self.base = encoded(root.path)
        self.closed = closed
        self.owners = owners(root)
        self.stdout = stdout
        self.count = 0

    def enter(self, top):
        # type: (bytes) -> None
        """Visit ``top`` and all below it; a stack of our own, since trees can be very deep."""
        waiting = [top]
        while waiting:
            path = waiting.pop()
            if self.visit(path):
                waiting.extend(self.children(path))

    def visit(self, path):
        # type: (bytes) -> bool
        """Send one entry; True for a directory to enter."""
        if path in self.closed:
            self.send((path,) + UNTOUCHED + (b"", [], None, b""))
            return False
        place = os.path.join(self.base, path)
        try:
            found = os.lstat(place)
            kind = KINDS[stat.S_IFMT(found.st_mode)]
            self.send(self.entry(path, place, found, kind))
        except (OSError, KeyError) as error:
            self.unreadable(path, error)
            return False
        return kind == b"d"

    def entry(self, path, place, found, kind):
        # type: (bytes, bytes, os.stat_result, bytes) -> tuple[Any, ...]
        device = found.st_rdev if kind in b"cb" else 0
        holes = None
        if kind == b"f" and found.st_blocks * 512 < found.st_size:
            holes = _holes(place, found.st_size)
        return (
            (path, kind, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)
            + (found.st_size if kind == b"f" else 0,)
            + nanoseconds(found)
            + (found.st_dev, found.st_ino, found.st_nlink, os.major(device), os.minor(device))
            + (os.readlink(place) if kind == b"l" else b"", xattrs(place), holes)
            + (self.owners.get(path, b""),)
        )

    def children(self, path):
        # type: (bytes) -> list[bytes]
        """Last first, as the stack wants them."""
        place = os.path.join(self.base, path)
        try:
            names = sorted(os.listdir(place), reverse=True)
        except OSError as error:
            self.unreadable(path, error)
            return []
        return [path + b"/" + name if path else name for name in names]

    def send(self, entry):
        # type: (tuple[Any, ...]) -> None
        frames.write(self.stdout, b"E", frames.pack_entry(entry))
        self.count += 1

    def unreadable(self, path, error):
        # type: (bytes, Exception) -> None
        reason = str(getattr(error, "strerror", None) or error).encode("utf-8")
        payload = frames.INDEX.pack(frames.NO_INDEX) + path + b"\0" + reason
        frames.write(self.stdout, b"X", payload)


def _holes(place, size):
    # type: (bytes, int) -> list[tuple[int, int]] | None
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return segments(descriptor, size)
    finally:
        os.close(descriptor)
