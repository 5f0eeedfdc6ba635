"""Verb read: send the contents that the controller asks for, one after the other."""

from __future__ import absolute_import, division, print_function

import errno
import os
import stat

from migrator.agent import frames
from migrator.agent.attributes import nanoseconds, segments
from migrator.agent.files import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
NO_ATIME = getattr(os, "O_NOATIME", 0o1000000)


def read(params, stdin, stdout):
    # type: (dict[str, Any], Any, Any) -> None
    """Answer each W frame with B, D… and F, or with X; end at the controller's Z."""
    base = encoded(params["root"])
    count = 0
    while True:
        kind, payload = frames.read(stdin)
        if kind == b"Z":
            break
        (index,) = frames.INDEX.unpack(payload[:4])
        path = payload[4:]
        try:
            descriptor = _open(os.path.join(base, path))
        except (IOError, OSError) as error:
            reason = str(error.strerror or error).encode("utf-8")
            frames.write(stdout, b"X", frames.INDEX.pack(index) + path + b"\0" + reason)
        else:
            _send(index, descriptor, stdout)
        count += 1
        stdout.flush()
    frames.write(stdout, b"Z", frames.COUNT.pack(count))


def _open(place):
    # type: (bytes) -> int
    """Without touching the access time where we may; a file that became something else is gone."""
    try:
        descriptor = os.open(place, FLAGS | NO_ATIME)
    except OSError as error:
        if error.errno != errno.EPERM:
            raise
        descriptor = os.open(place, FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.ENOENT, "it is no regular file any more")
    return descriptor


def _send(index, descriptor, stdout):
    # type: (int, int, Any) -> None
    with os.fdopen(descriptor, "rb", 0) as handle:
        before = os.fstat(handle.fileno())
        holes = None
        if before.st_blocks * 512 < before.st_size:
            holes = segments(handle.fileno(), before.st_size)
        mtime, ctime = nanoseconds(before)
        begin = frames.pack_begin(index, before.st_size, mtime, ctime, holes)
        frames.write(stdout, b"B", begin)
        parts = [(0, before.st_size)] if holes is None else holes
        for offset, length in parts:
            _copy(handle, offset, length, stdout)
        after = os.fstat(handle.fileno())
    same = (before.st_size,) + nanoseconds(before) == (after.st_size,) + nanoseconds(after)
    frames.write(stdout, b"F", frames.FINISH.pack(index, 0 if same else 1))


def _copy(handle, offset, length, stdout):
    # type: (Any, int, int, Any) -> None
    """Exactly ``length`` bytes: a file that shrank is filled up, and reported as changed."""
    handle.seek(offset)
    while length:
        piece = handle.read(min(length, frames.CHUNK)) or b"\0" * min(length, frames.CHUNK)
        frames.write(stdout, b"D", piece)
        length -= len(piece)
