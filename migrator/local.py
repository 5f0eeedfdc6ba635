"""Contents of this machine's own files, read by the process that needs them as the agent does."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator

from migrator.agent import frames
from migrator.agent.limits import Pace
from migrator.agent.source import SMALL, Files, Source
from migrator.contents import Content, explain, fresh
from migrator.entries import Entry, Unreadable
from migrator.limits import UNLIMITED, Limits


@contextlib.contextmanager
def reader(
    root: str, limits: Limits = UNLIMITED
) -> Iterator[Callable[[Entry], Content | Unreadable]]:
    """Answers for one entry after the other, as an agent's stream gives them. The working
    directory is another one as long as the block runs."""
    home = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        files, pace = Files(root), Pace(limits.bandwidth)

        def read(entry: Entry) -> Content | Unreadable:
            try:
                source = files.open(entry.path)
            except OSError as error:
                return Unreadable(entry.path, error.strerror or str(error))
            if source.length > SMALL:
                return _large(source, entry, pace)
            if limits.bandwidth:
                _wait(pace, source.length)
            return Content(_entry(source, entry), (source.data,), source.state != frames.SAME)

        yield read
    finally:
        os.fchdir(home)
        os.close(home)


def _large(source: Source, entry: Entry, pace: Pace) -> Content:
    content = Content(_entry(source, entry), ())
    content.pieces = _pieces(source, content, pace)
    return content


def _pieces(source: Source, content: Content, pace: Pace) -> Iterator[bytes]:
    for piece in source.stream():
        _wait(pace, len(piece))
        yield piece
    explain(content, source.state)
    following = source.again()
    if following:
        content.again = _large(following, content.entry, pace)


def _wait(pace: Pace, size: int) -> None:
    delay = pace.delay(size)
    if delay:
        time.sleep(delay)


def _entry(source: Source, entry: Entry) -> Entry:
    found, (mtime_ns, ctime_ns) = source.found, source.times
    return fresh(
        entry,
        (found.st_mode & 0o7777, found.st_uid, found.st_gid, found.st_size, mtime_ns, ctime_ns),
        tuple(source.xattrs),
        None if source.holes is None else tuple(source.holes),
        source.inode_flags,
    )
