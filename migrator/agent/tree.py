"""Verb tree: every path below the root with all its attributes, depth first."""

from __future__ import absolute_import, division, print_function

import os
import stat
import time

from migrator.agent import descent, frames, records
from migrator.agent.attributes import segments, times, xattrs
from migrator.agent.descent import Descent
from migrator.agent.files import Root, encoded
from migrator.agent.mounts import mount_points
from migrator.agent.owners import owners

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from migrator.agent.attributes import Xattrs
    from migrator.agent.descent import Identity

    Directory = tuple[int, bytes, os.stat_result, tuple[int, int], Xattrs, bytes]

KINDS = {
    stat.S_IFREG: b"f",
    stat.S_IFDIR: b"d",
    stat.S_IFLNK: b"l",
    stat.S_IFCHR: b"c",
    stat.S_IFBLK: b"b",
    stat.S_IFIFO: b"p",
    stat.S_IFSOCK: b"s",
}
FORMAT = 0o170000  # the bits of a mode that tell the kind
MANY = 700  # records in one frame, about 64 KiB
ROOM = 1 << 16  # bytes of extras in one frame
SECOND = 1000000000  # ns


def tree(params, _, stdout):
    # type: (dict[str, Any], Any, Any) -> None
    """Send E and X frames and the count. ``params``: root, and the mounts to enter beyond it.

    A mount point that is not to be entered is not even touched: a dead server would hang us.
    """
    root = Root(params["root"])
    entered = set(params.get("mounts", ()))
    closed = {}  # type: dict[bytes, set[bytes]]
    for path in mount_points(root):
        if path not in entered:
            parent, _, name = encoded(path).lstrip(b"/").rpartition(b"/")
            closed.setdefault(parent, set()).add(name)
    Walk(root, closed, stdout).run()


class Level(object):
    """A directory on the way down to where the walk is, with the names that it still has."""

    def __init__(self, path, identity, closed):
        # type: (bytes, Identity, set[bytes]) -> None
        self.path = path
        self.prefix = path + b"/" if path else b""
        self.identity = identity
        self.closed = closed
        names, self.flags = descent.look()
        self.names = iter(names)


class Walk(object):
    """``closed``: names of mount points that are not entered, by the directory they are in."""

    def __init__(self, root, closed, stdout):
        # type: (Root, dict[bytes, set[bytes]], Any) -> None
        self.descent = Descent(root.path)
        self.closed = closed
        self.owners = owners(root)
        self.packaged = {}  # type: dict[bytes, tuple[int, bytes]]  # what is sent of each package
        self.stdout = stdout
        self.waiting = []  # type: list[bytes]
        self.room = ROOM
        self.count = 0
        # The directory whose record was the last: its flags are known once it is entered.
        self.last = None  # type: Directory | None

    def run(self):
        # type: () -> None
        """The root, then all below it; a stack of our own, since trees can be very deep."""
        frames.write(self.stdout, b"T", frames.COUNT.pack(int(time.time() * SECOND)))
        found = os.lstat(b".")
        levels = [Level(b"", self.descent.home(), self.closed.get(b"", set()))]
        extras = records.extras(xattrs=xattrs(b"."), inode_flags=levels[0].flags)
        self.waiting.append(records.record(b"d", 0, b"", found, times(b".", found), extras))
        while levels:
            name = self.visit(levels[-1])
            if name is None:
                levels.pop()
                while levels and not self.back(levels[-1]):
                    levels.pop()
            else:
                self.enter(name, levels)
        self.flush()
        frames.write(self.stdout, b"Z", frames.COUNT.pack(self.count))

    def visit(self, level):
        # type: (Level) -> bytes | None
        """Send what is in a directory, up to and with the next directory in it: its name.

        This is the inner loop of a walk: what most paths do not have is looked at elsewhere.
        """
        shared, prefix, closed, owner = len(level.path), level.prefix, level.closed, self.owners.get
        waiting, packaged = self.waiting, self.packaged
        for name in level.names:
            if len(waiting) >= MANY or self.room < 0:
                self.flush()
            if name in closed:
                waiting.append(records.bare(b"m", shared, name))
                continue
            try:
                found = os.lstat(name)
                kind = KINDS[found.st_mode & FORMAT]
                attributes, package = xattrs(name), owner(prefix + name, b"")
                whole = kind == b"d" or (kind == b"f" and found.st_blocks * 512 >= found.st_size)
                if attributes or not whole:
                    extras = _extras(name, kind, found, package, attributes)
                else:
                    if package not in packaged:
                        packaged[package] = records.packaged(package)
                    extras = packaged[package]
                self.room -= len(extras[1])
            except (OSError, KeyError) as error:
                self.lost(prefix + name, error)
                continue
            waiting.append(records.record(kind, shared, name, found, times(name, found), extras))
            if kind == b"d":
                self.last = shared, name, found, times(name, found), attributes, package
                return name
        return None

    def enter(self, name, levels):
        # type: (bytes, list[Level]) -> None
        path = levels[-1].prefix + name
        try:
            identity = self.descent.step(name)
        except OSError as error:
            self.lost(path, error)
            return
        try:
            levels.append(Level(path, identity, self.closed.get(path, set())))
            if levels[-1].flags:
                self.mark(levels[-1].flags)
        except OSError as error:
            self.lost(path, error)
            while levels and not self.back(levels[-1]):
                levels.pop()

    def mark(self, flags):
        # type: (int) -> None
        """Put the inode flags into the record that was the last."""
        if self.last:
            shared, name, found, when, attributes, package = self.last
            extras = records.extras(package=package, xattrs=attributes, inode_flags=flags)
            self.waiting[-1] = records.record(b"d", shared, name, found, when, extras)

    def back(self, level):
        # type: (Level) -> bool
        """Up into ``level``; False when it is not there any more."""
        try:
            self.descent.back(level.path, level.identity)
        except OSError as error:
            self.lost(level.path, error)
            return False
        return True

    def flush(self):
        # type: () -> None
        if self.waiting:
            frames.write(self.stdout, b"E", frames.deflated(b"".join(self.waiting)))
            self.count += len(self.waiting)
            self.room = ROOM
            del self.waiting[:]

    def lost(self, path, error):
        # type: (bytes, Exception) -> None
        self.flush()
        reason = str(getattr(error, "strerror", None) or error).encode("utf-8")
        frames.write(self.stdout, b"X", path + b"\0" + reason)


def _extras(name, kind, found, package, attributes):
    # type: (bytes, bytes, os.stat_result, bytes, Xattrs) -> tuple[int, bytes]
    target = os.readlink(name) if kind == b"l" else b""
    device = found.st_rdev if kind in b"cb" else 0
    sparse = kind == b"f" and found.st_blocks * 512 < found.st_size
    holes = _holes(name, found.st_size) if sparse else None
    return records.extras(target, device, package, attributes, holes)


def _holes(name, size):
    # type: (bytes, int) -> list[tuple[int, int]] | None
    try:
        descriptor = descent.open_quietly(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return segments(descriptor, size)
    finally:
        os.close(descriptor)
