"""Contents of this machine's own files, read by the process that needs them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace

from migrator.agent.attributes import segments
from migrator.contents import Content
from migrator.entries import Entry, Unreadable

FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
PIECE = 1 << 20
Segments = list[tuple[int, int]]
WHOLE = 1 << 20  # bytes of a file that is read at once, and again when it changed meanwhile


def reader(root: str) -> Callable[[Entry], Content | Unreadable]:
    """Answers for one entry after the other, as an agent's stream does."""
    base = os.fsencode(root.rstrip("/")) + b"/"

    def read(entry: Entry) -> Content | Unreadable:
        try:
            return _content(_open(base + entry.path), entry)
        except OSError as error:
            return Unreadable(entry.path, error.strerror or str(error))

    return read


def _open(place: bytes) -> int:
    """Without touching the access time, which only the owner of a file may ask for."""
    try:
        return os.open(place, FLAGS | os.O_NOATIME)
    except PermissionError:
        return os.open(place, FLAGS)


def _content(descriptor: int, entry: Entry) -> Content:
    """The descriptor is closed when the last piece is read."""
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise OSError(errno.ENOENT, "it is no regular file any more")
        if before.st_size <= WHOLE and before.st_blocks * 512 >= before.st_size:
            return _whole(descriptor, entry, before)
        found = segments(descriptor, before.st_size)
        content = Content(_fresh(entry, before, found), iter(()))
        content.pieces = _pieces(os.dup(descriptor), before, found, content)
        return content
    finally:
        os.close(descriptor)


def _whole(descriptor: int, entry: Entry, before: os.stat_result) -> Content:
    data, after = _read(descriptor, before.st_size), os.fstat(descriptor)
    if _state(before) != _state(after):
        before = after
        data, after = _read(descriptor, before.st_size), os.fstat(descriptor)
    return Content(_fresh(entry, before, None), iter((data,)), _state(before) != _state(after))


def _pieces(
    descriptor: int, before: os.stat_result, data: Segments | None, content: Content
) -> Iterator[bytes]:
    try:
        for start, length in [(0, before.st_size)] if data is None else data:
            for at in range(start, start + length, PIECE):
                yield _read(descriptor, min(PIECE, start + length - at), at)
        content.changed = _state(os.fstat(descriptor)) != _state(before)
    finally:
        os.close(descriptor)


def _read(descriptor: int, size: int, at: int = 0) -> bytes:
    """Exactly ``size`` bytes: a file that shrank is filled up, and will be seen as changed."""
    data = os.pread(descriptor, size, at) if size else b""
    while len(data) < size:
        more = os.pread(descriptor, size - len(data), at + len(data))
        data += more or bytes(size - len(data))
    return data


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _fresh(entry: Entry, found: os.stat_result, data: Segments | None) -> Entry:
    """``entry`` with what may have changed since the walk."""
    size, mtime_ns, ctime_ns = _state(found)
    holes = None if data is None else tuple(data)
    if (size, mtime_ns, ctime_ns, holes) == (
        entry.size,
        entry.mtime_ns,
        entry.ctime_ns,
        entry.segments,
    ):
        return entry
    return replace(entry, size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, segments=holes)
