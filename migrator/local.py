"""Contents of this machine's own files, read by the process that needs them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace

from migrator.agent.attributes import segments
from migrator.contents import Content
from migrator.entries import Entry, Unreadable

FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
PIECE = 1 << 20
WHOLE = 1 << 23  # bytes of a file that is read at once, and again when it changed meanwhile


def contents(root: str, wanted: Iterable[Entry]) -> Iterator[Content | Unreadable]:
    """As ``migrator.contents.contents``, which asks an agent."""
    base = os.fsencode(root.rstrip("/")) + b"/"
    for entry in wanted:
        try:
            descriptor = _open(base + entry.path)
        except OSError as error:
            yield Unreadable(entry.path, error.strerror or str(error))
            continue
        try:
            yield from _content(descriptor, entry)
        finally:
            os.close(descriptor)


def _open(place: bytes) -> int:
    """Without touching the access time, which only the owner of a file may ask for."""
    try:
        return os.open(place, FLAGS | os.O_NOATIME)
    except PermissionError:
        return os.open(place, FLAGS)


def _content(descriptor: int, entry: Entry) -> Iterator[Content | Unreadable]:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        yield Unreadable(entry.path, "it is no regular file any more")
        return
    holes = before.st_blocks * 512 < before.st_size
    if before.st_size > WHOLE or holes:
        yield from _streamed(descriptor, entry, before)
        return
    data, after = _read(descriptor, before.st_size), os.fstat(descriptor)
    if _state(before) != _state(after):
        before = after
        data, after = _read(descriptor, before.st_size), os.fstat(descriptor)
    changed = _state(before) != _state(after)
    yield Content(_fresh(entry, before, None), iter((data,)), changed)


def _streamed(descriptor: int, entry: Entry, before: os.stat_result) -> Iterator[Content]:
    found = segments(descriptor, before.st_size)
    data = None if found is None else tuple(found)
    content = Content(_fresh(entry, before, data), iter(()))

    def pieces() -> Iterator[bytes]:
        for start, length in ((0, before.st_size),) if data is None else data:
            for at in range(start, start + length, PIECE):
                yield _read(descriptor, min(PIECE, start + length - at), at)
        content.changed = _state(os.fstat(descriptor)) != _state(before)

    content.pieces = pieces()
    yield content


def _read(descriptor: int, size: int, at: int = 0) -> bytes:
    """Exactly ``size`` bytes: a file that shrank is filled up, and will be seen as changed."""
    data = os.pread(descriptor, size, at) if size else b""
    while len(data) < size:
        more = os.pread(descriptor, size - len(data), at + len(data))
        data += more or bytes(size - len(data))
    return data


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _fresh(entry: Entry, found: os.stat_result, data: tuple[tuple[int, int], ...] | None) -> Entry:
    """``entry`` with what may have changed since the walk."""
    now = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, data)
    if now == (entry.size, entry.mtime_ns, entry.ctime_ns, entry.segments):
        return entry
    size, mtime_ns, ctime_ns, found_data = now
    return replace(entry, size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, segments=found_data)
