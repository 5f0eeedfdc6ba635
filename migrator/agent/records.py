"""One path with its attributes as bytes: what E, W, B and C frames are made of.

A path is told by what it shares with the path before it in the same stream: its first ``shared``
bytes (the directory it is in), a slash, and a name. So a record is small, however deep its path.

A record is HEADER, the name, and what ``flags`` announces, in this order: TARGET, DEVICE, PACKAGE,
XATTRS, SEGMENTS, INODE_FLAGS.
"""

from __future__ import absolute_import, division, print_function

import os
import struct

from migrator.agent.frames import FrameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Xattrs = list[tuple[bytes, bytes]]
    Segments = list[tuple[int, int]]

# flags, kind, mode, uid, gid, size, mtime (seconds, nanoseconds), ctime in nanoseconds, dev, ino,
# nlink, shared, length of the name
HEADER = struct.Struct(">BcHIIQqIqQQIIH")
TARGET, DEVICE, PACKAGE, XATTRS, SEGMENTS, INODE_FLAGS = 1, 2, 4, 8, 16, 32
TEXT = struct.Struct(">H")
PAIR = struct.Struct(">II")
NUMBER = struct.Struct(">I")
XATTR = struct.Struct(">HI")
SEGMENT = struct.Struct(">QQ")
SECOND = 1000000000

# What a record has in the end when its flags announce nothing.
PLAIN = (b"", 0, 0, b"", (), None, 0)

# What is known of a path without looking at it: a mount point, or a wanted file.
BARE = (0,) * 10


def bare(kind, shared, name):
    # type: (bytes, int, bytes) -> bytes
    """A record of a path alone."""
    return HEADER.pack(0, kind, *(BARE + (shared, len(name)))) + name


def record(kind, shared, name, found, times, extras=(0, b"")):
    # type: (bytes, int, bytes, os.stat_result, tuple[int, int], tuple[int, bytes]) -> bytes
    """A record of ``found``; ``times`` are mtime and ctime in nanoseconds."""
    flags, more = extras
    mtime, ctime = times
    head = HEADER.pack(
        flags,
        kind,
        found.st_mode & 0o7777,
        found.st_uid,
        found.st_gid,
        found.st_size if kind == b"f" else 0,
        mtime // SECOND,
        mtime % SECOND,
        ctime,
        found.st_dev,
        found.st_ino,
        found.st_nlink,
        shared,
        len(name),
    )
    return head + name + more


def extras(target=b"", device=0, package=b"", xattrs=(), segments=None, inode_flags=0):
    # type: (bytes, int, bytes, Xattrs | tuple[()], Segments | None, int) -> tuple[int, bytes]
    """(flags, bytes) of what most paths do not have; ``segments`` None is a file without holes."""
    flags = 0
    parts = []  # type: list[bytes]
    if target:
        flags |= TARGET
        parts += [TEXT.pack(len(target)), target]
    if device:
        flags |= DEVICE
        parts.append(PAIR.pack(os.major(device), os.minor(device)))
    if package:
        flags |= PACKAGE
        parts += [TEXT.pack(len(package)), package]
    if xattrs:
        flags |= XATTRS
        parts.append(NUMBER.pack(len(xattrs)))
        for name, value in xattrs:
            parts += [XATTR.pack(len(name), len(value)), name, value]
    if segments is not None:
        flags |= SEGMENTS
        parts.append(NUMBER.pack(len(segments)))
        parts += [SEGMENT.pack(*segment) for segment in segments]
    if inode_flags:
        flags |= INODE_FLAGS
        parts.append(NUMBER.pack(inode_flags))
    return flags, b"".join(parts)


def packaged(package):
    # type: (bytes) -> tuple[int, bytes]
    """The extras of a path that has nothing but its package."""
    return (PACKAGE, TEXT.pack(len(package)) + package) if package else (0, b"")


class Reader(object):
    """Takes records off a payload, one after the other; raises FrameError for what is none."""

    def __init__(self, payload, at=0):
        # type: (bytes, int) -> None
        self.payload = payload
        self.at = at

    def more(self):
        # type: () -> bool
        return self.at < len(self.payload)

    def record(self):
        # type: () -> tuple[Any, ...]
        """A tuple of 19: kind, mode, uid, gid, size, mtime_ns, ctime_ns, dev, ino, nlink, shared,
        name, target, major, minor, package, xattrs, segments, inode_flags."""
        payload, begin = self.payload, self.at + HEADER.size
        try:
            fields = HEADER.unpack_from(payload, self.at)
        except struct.error:
            raise FrameError("a record claims more than is there")
        flags, end = fields[0], begin + fields[13]
        name = payload[begin:end]
        head = fields[1:6] + (fields[6] * SECOND + fields[7],) + fields[8:13] + (name,)
        if end > len(payload):
            raise FrameError("a record claims more than is there")
        self.at = end
        if not flags:
            return head + PLAIN
        if flags == PACKAGE:
            return head + (b"", 0, 0, self._text(), (), None, 0)
        target = self._text() if flags & TARGET else b""
        major, minor = self._fields(PAIR) if flags & DEVICE else (0, 0)
        package = self._text() if flags & PACKAGE else b""
        xattrs = self._xattrs() if flags & XATTRS else ()
        segments = self._segments() if flags & SEGMENTS else None
        inode_flags = self._fields(NUMBER)[0] if flags & INODE_FLAGS else 0
        return head + (target, major, minor, package, xattrs, segments, inode_flags)

    def take(self, size):
        # type: (int) -> bytes
        begin, end = self.at, self.at + size
        if end > len(self.payload):
            raise FrameError("a record claims more than is there")
        self.at = end
        return self.payload[begin:end]

    def _fields(self, struct_):
        # type: (struct.Struct) -> tuple[Any, ...]
        begin = self.at
        self.at += struct_.size
        try:
            return struct_.unpack_from(self.payload, begin)
        except struct.error:
            raise FrameError("a record claims more than is there")

    def _text(self):
        # type: () -> bytes
        return self.take(self._fields(TEXT)[0])

    def _xattrs(self):
        # type: () -> tuple[tuple[bytes, bytes], ...]
        found = []  # type: list[tuple[bytes, bytes]]
        for _ in range(self._fields(NUMBER)[0]):
            name, value = self._fields(XATTR)
            found.append((self.take(name), self.take(value)))
        return tuple(found)

    def _segments(self):
        # type: () -> tuple[tuple[int, int], ...]
        count = self._fields(NUMBER)[0]
        return tuple(self._fields(SEGMENT) for _ in range(count))
