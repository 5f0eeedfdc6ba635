"""Attributes that Python 2 cannot read by itself: xattrs, nanoseconds and holes."""

from __future__ import absolute_import, division, print_function

import errno
import os

from migrator.agent.files import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SEEK_DATA, SEEK_HOLE = 3, 4


def xattrs(path):
    # type: (bytes) -> list[tuple[bytes, bytes]]
    """(name, value) of every extended attribute of ``path`` itself, sorted."""
    if hasattr(os, "listxattr"):
        return _xattrs(path)
    return _xattrs_by_libc(path)


def _xattrs(path):
    # type: (bytes) -> list[tuple[bytes, bytes]]
    try:
        names = os.listxattr(path, follow_symlinks=False)  # novm
    except OSError:
        return []
    found = []
    for name in sorted(names):
        try:
            value = os.getxattr(path, name, follow_symlinks=False)  # novm
            found.append((encoded(name), value))
        except OSError:
            continue  # removed meanwhile
    return found


def _xattrs_by_libc(path):
    # type: (bytes) -> list[tuple[bytes, bytes]]
    names = _ask("llistxattr", path).split(b"\0")
    return [(name, _ask("lgetxattr", path, name)) for name in sorted(names) if name]


def _ask(function, *arguments):
    # type: (str, bytes) -> bytes
    import ctypes  # only where it is needed: a minimal Python 3 does not have it

    call = getattr(ctypes.CDLL(None), function)
    buffer = ctypes.create_string_buffer(65536)
    size = call(*(arguments + (buffer, len(buffer))))
    return buffer.raw[:size] if size > 0 else b""


def nanoseconds(found):
    # type: (os.stat_result) -> tuple[int, int]
    """(mtime, ctime). Python 2 only has a float, which loses the last two digits."""
    try:
        return found.st_mtime_ns, found.st_ctime_ns
    except AttributeError:
        return int(found.st_mtime * 1e9), int(found.st_ctime * 1e9)


def segments(descriptor, size):
    # type: (int, int) -> list[tuple[int, int]] | None
    """(offset, length) of the data of an open file; None when it has no holes."""
    found = []  # type: list[tuple[int, int]]
    at = 0
    while at < size:
        data = _seek(descriptor, at, SEEK_DATA)
        if data < 0:
            break
        hole = _seek(descriptor, data, SEEK_HOLE)
        if hole < 0:
            return None
        found.append((data, min(hole, size) - data))
        at = hole
    return None if found == [(0, size)] or not size else found


def _seek(descriptor, offset, how):
    # type: (int, int, int) -> int
    """The position, -1 where nothing follows. A file system without holes has only data."""
    try:
        return os.lseek(descriptor, offset, how)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return -1
        return offset if how == SEEK_DATA else -1
