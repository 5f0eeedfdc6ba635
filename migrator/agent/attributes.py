"""Attributes that Python 2 cannot read by itself: xattrs, nanoseconds and holes."""

from __future__ import absolute_import, division, print_function

import errno
import fcntl
import os
import struct

from migrator.agent.files import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Xattrs = list[tuple[bytes, bytes]]

SEEK_DATA, SEEK_HOLE = 3, 4
# What a file system without such attributes says, and what a removed one.
NONE = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENODATA, errno.ENOSYS)
GET_FLAGS = 0x80006601 | struct.calcsize("l") << 16  # FS_IOC_GETFLAGS; refused where it differs
ROOM = b"\0" * 8  # for its answer
ANSWER = struct.Struct("=I")
# Those that people set: synchronous, immutable, append-only, no dump, no atime, data in the
# journal, synchronous directory, no copy on write. The others tell how the file system stores it.
SET_BY_PEOPLE = 0x8 | 0x10 | 0x20 | 0x40 | 0x80 | 0x4000 | 0x10000 | 0x800000
BY_PYTHON = hasattr(os, "listxattr")
SECOND = 1000000000
MTIME_AT = 88  # of mtime in struct stat: x86_64, aarch64, ppc64le
CLOSE = 1e-5  # seconds between a float and the time that it stands for


def xattrs(name):
    # type: (bytes) -> Xattrs
    """(name, value) of every extended attribute of ``name`` itself, sorted; raises OSError."""
    if not BY_PYTHON:
        return _by_libc("llistxattr", "lgetxattr", name)
    try:
        keys = os.listxattr(name, follow_symlinks=False)  # novm
    except OSError as error:
        return _nothing(error)
    if not keys:
        return []
    return _read(keys, lambda key: os.getxattr(name, key, follow_symlinks=False))  # novm


def xattrs_of(descriptor):
    # type: (int) -> Xattrs
    """The same of an open file."""
    if not BY_PYTHON:
        return _by_libc("flistxattr", "fgetxattr", descriptor)
    try:
        keys = os.listxattr(descriptor)  # novm
    except OSError as error:
        return _nothing(error)
    if not keys:
        return []
    return _read(keys, lambda key: os.getxattr(descriptor, key))  # novm


def _read(keys, value):
    # type: (list[Any], Any) -> Xattrs
    found = []  # type: Xattrs
    for key in sorted(keys):
        try:
            found.append((encoded(key), value(key)))
        except OSError as error:
            _nothing(error)  # removed meanwhile
    return found


def _nothing(error):
    # type: (OSError) -> Xattrs
    if error.errno not in NONE:
        raise error
    return []


def _by_libc(lister, getter, target):
    # type: (str, str, bytes | int) -> Xattrs
    try:
        keys = _Libc.get().ask(lister, target).split(b"\0")
    except OSError as error:
        return _nothing(error)
    keys = [key for key in keys if key]
    return _read(keys, lambda key: _Libc.get().ask(getter, target, key))


class _Libc(object):
    """The C library, for Python 2; loaded when it is first needed."""

    one = None  # type: _Libc | None

    @classmethod
    def get(cls):
        # type: () -> _Libc
        if cls.one is None:
            cls.one = cls()
        return cls.one

    def __init__(self):
        # type: () -> None
        import ctypes  # a minimal Python 3 does not have it, and needs none

        self.errno, self.string_at = ctypes.get_errno, ctypes.string_at
        self.library = ctypes.CDLL(None, use_errno=True)
        self.buffer = ctypes.create_string_buffer(1 << 16)
        self.lstat = getattr(self.library, "lstat", None)

    def ask(self, function, *arguments):
        # type: (str, Any) -> bytes
        call = getattr(self.library, function)
        size = call(*(arguments + (self.buffer, len(self.buffer))))
        if size < 0:
            raise OSError(self.errno(), os.strerror(self.errno()))
        return bytes(self.string_at(self.buffer, size))

    def mtime(self, name):
        # type: (bytes) -> tuple[int, int] | None
        """(seconds, nanoseconds) as they lie in struct stat."""
        if self.lstat is not None:
            failed = self.lstat(name, self.buffer)
        else:  # glibc before 2.33 has it under another name; 1 is the version of the struct
            failed = self.library.__lxstat(1, name, self.buffer)
        return None if failed else struct.unpack_from("=qq", self.buffer, MTIME_AT)


def times(name, found):
    # type: (bytes, os.stat_result) -> tuple[int, int]
    """(mtime, ctime) of ``found`` in nanoseconds; ``name`` is what it was found by.

    Python 2 only has floats, which lose the last two digits: it asks the C library, except for
    times without a fraction, which most files of packages have.
    """
    if BY_PYTHON:
        return found.st_mtime_ns, found.st_ctime_ns
    mtime = int(found.st_mtime)
    ctime = int(found.st_ctime * SECOND)
    if mtime == found.st_mtime:
        return mtime * SECOND, ctime
    exact = _Libc.get().mtime(name)
    if exact and abs(exact[0] + exact[1] / SECOND - found.st_mtime) < CLOSE:
        return exact[0] * SECOND + exact[1], ctime
    return int(found.st_mtime * SECOND), ctime  # another architecture, or another file meanwhile


def inode_flags(descriptor):
    # type: (int) -> int
    """What lsattr shows of an open file or directory; 0 where the file system has none."""
    try:
        answer = fcntl.ioctl(descriptor, GET_FLAGS, ROOM)
    except (IOError, OSError):
        return 0
    return int(ANSWER.unpack_from(answer)[0]) & SET_BY_PEOPLE


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
