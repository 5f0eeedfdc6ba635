"""Ask the agent for contents, one after the other, without ever waiting for each other."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from migrator.agent import frames
from migrator.agent.records import Reader
from migrator.carrier import Carrier
from migrator.entries import Entry, Unreadable
from migrator.errors import ProtocolError

ASKED = 1 << 16  # bytes of paths in one W frame


@dataclass
class Content:
    """The content of one file as it was when it was opened; read ``pieces`` to its end first.

    ``entry`` has the attributes that go with these bytes: they are read again with the content.
    Known after the last piece: ``changed``, the file was written while it was read (a small one in
    each of several attempts), and ``failure``, why its disk did not give it, "" if it did.
    """

    entry: Entry
    pieces: Iterator[bytes]
    changed: bool = False
    failure: str = ""


def contents(
    source: Carrier, root: str, wanted: Collection[Entry]
) -> Iterator[Content | Unreadable]:
    """The contents of ``wanted`` below ``root``, in this order; ProtocolError for anything else."""
    with source.stream("agent", "read", {"root": root}) as channel:
        # Requests are written beside the answers: neither end can block the other.
        asking = threading.Thread(target=_ask, args=(channel.stdin, wanted), daemon=True)
        asking.start()
        yield from answers(channel.stdout, wanted)
        asking.join()


def _ask(stream: BinaryIO, wanted: Collection[Entry]) -> None:
    paths: list[bytes] = []
    size = 0
    try:
        for entry in wanted:
            paths.append(entry.path + b"\0")
            size += len(paths[-1])
            if size > ASKED:
                frames.write(stream, b"W", frames.deflated(b"".join(paths)))
                paths, size = [], 0
        frames.write(stream, b"W", frames.deflated(b"".join(paths)))
        frames.write(stream, b"Z", b"")
        stream.flush()
    except OSError:
        return  # the reader of the answers sees the same end, and says so


def answers(stream: BinaryIO, wanted: Collection[Entry]) -> Iterator[Content | Unreadable]:
    """What the agent's ``read`` stream answers to the asking for ``wanted``.

    Raises ProtocolError for a stream that is malformed, truncated or answers something else.
    """
    with _broken():
        frames.skip_to_magic(stream)
        yield from _answers(stream, wanted)


@contextlib.contextmanager
def _broken() -> Iterator[None]:
    try:
        yield
    except frames.FrameError as error:
        raise ProtocolError(
            f"the stream of contents is broken ({error})", "run the stage again"
        ) from error


def _answers(stream: BinaryIO, wanted: Collection[Entry]) -> Iterator[Content | Unreadable]:
    waiting = iter(wanted)
    while True:
        kind, payload = frames.read(stream)
        if kind == b"C":
            reader = Reader(payload)
            while reader.more():
                yield _small(reader, _next(waiting))
        elif kind == b"B":
            yield from _large(stream, Reader(payload), _next(waiting))
        elif kind == b"X":
            entry = _next(waiting)
            yield Unreadable(entry.path, frames.split_lost(payload)[1])
        elif kind == b"Z":
            if next(waiting, None) or frames.unpack_count(payload) != len(wanted):
                raise ProtocolError("the agent's contents do not end where they should")
            return
        else:
            raise ProtocolError(f"unexpected frame {kind!r} instead of a content")


def _next(waiting: Iterator[Entry]) -> Entry:
    entry = next(waiting, None)
    if entry is None:
        raise ProtocolError("the agent sent more contents than it was asked for")
    return entry


def _small(reader: Reader, entry: Entry) -> Content:
    fresh, length = _fresh(entry, reader.record())
    state = reader.take(1)
    data = reader.take(length)
    return Content(fresh, iter((data,) if data else ()), state != frames.SAME)


def _large(stream: BinaryIO, reader: Reader, entry: Entry) -> Iterator[Content]:
    fresh, length = _fresh(entry, reader.record())
    content = Content(fresh, iter(()))
    content.pieces = _pieces(stream, length, content)
    yield content
    for _ in content.pieces:
        raise ProtocolError("a content was not read to its end")


def _fresh(entry: Entry, record: tuple[Any, ...]) -> tuple[Entry, int]:
    """``entry`` with what the open file says of itself, and how many bytes of data follow.

    Its place among hard links and its package stay as the walk found them.
    """
    kind, mode, uid, gid, size, mtime_ns, ctime_ns = record[:7]
    xattrs, segments, flags = record[16:19]
    if kind != b"f":
        raise ProtocolError(f"the agent sent a content of {entry.text} that is no file")
    length = size if segments is None else sum(_checked(segments, size))
    fresh = replace(
        entry,
        mode=mode,
        uid=uid,
        gid=gid,
        size=size,
        mtime_ns=mtime_ns,
        ctime_ns=ctime_ns,
        xattrs=xattrs,
        segments=segments,
        inode_flags=flags,
    )
    return fresh, length


def _checked(segments: Sequence[tuple[int, int]], size: int) -> Iterator[int]:
    end = 0
    for offset, length in segments:
        if offset < end or offset + length > size:
            raise ProtocolError("the agent sent data outside of its file")
        end = offset + length
        yield length


def _pieces(stream: BinaryIO, left: int, content: Content) -> Iterator[bytes]:
    """They are read where they are wanted, beyond the reach of ``answers``."""
    with _broken():
        yield from _data(stream, left, content)


def _data(stream: BinaryIO, left: int, content: Content) -> Iterator[bytes]:
    while left:
        kind, payload = frames.read(stream)
        if kind != b"D" or not payload or len(payload) > left:
            raise ProtocolError(f"the content of {content.entry.text} is not as announced")
        left -= len(payload)
        yield payload
    kind, payload = frames.read(stream)
    if kind != b"F":
        raise ProtocolError(f"the content of {content.entry.text} does not end")
    content.changed = payload[:1] == frames.CHANGED
    if payload[:1] == frames.FAILED:
        content.failure = payload[1:].decode("utf-8", "replace")
