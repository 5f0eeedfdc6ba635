"""Ask the agent for contents, one after the other, without ever waiting for each other."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from migrator.agent import frames
from migrator.agent.records import Reader
from migrator.carrier import Carrier
from migrator.entries import Entry, Unreadable
from migrator.errors import ProtocolError

ASKED = 1 << 16  # bytes of paths in one W frame
READINGS = 8  # of one large file that changes meanwhile; our agent does fewer
Asked = tuple[Entry, bytes]  # a wanted file; the digest of a content of its size to expect, or b""


@dataclass(slots=True)
class Content:
    """The content of one file as it was when it was opened; read ``pieces`` to its end first.

    ``entry`` has the attributes that go with these bytes: they are read again with the content.
    ``pieces`` of a small file are a tuple, already here. Known after the last piece: ``changed``,
    the file was written while it was read (in each of several attempts), ``failure``, why its disk
    did not give it, "" if it did, and ``again``, what is to be taken instead of all this.
    ``digest``: the content is the expected one, which did not come: there are no ``pieces``.
    """

    entry: Entry
    pieces: Iterable[bytes]
    changed: bool = False
    failure: str = ""
    again: Content | None = None
    digest: bytes = b""

    @property
    def last(self) -> Content:
        """What is to be taken in the end."""
        return self.again.last if self.again else self


def contents(
    source: Carrier, root: str, wanted: Collection[Asked]
) -> Iterator[Content | Unreadable]:
    """The contents of ``wanted`` below ``root``, in this order; ProtocolError for anything else."""
    with source.stream("agent", "read", {"root": root}) as channel:
        # Requests are written beside the answers: neither end can block the other.
        asking = threading.Thread(target=_ask, args=(channel.stdin, wanted), daemon=True)
        asking.start()
        yield from answers(channel.stdout, wanted)
        asking.join()


def _ask(stream: BinaryIO, wanted: Collection[Asked]) -> None:
    files: list[bytes] = []
    size = 0
    try:
        for entry, digest in wanted:
            files.append(frames.wanted(entry.path, digest))
            size += len(files[-1])
            if size > ASKED:
                frames.write(stream, b"W", frames.deflated(b"".join(files)))
                files, size = [], 0
        frames.write(stream, b"W", frames.deflated(b"".join(files)))
        frames.write(stream, b"Z", b"")
        stream.flush()
    except OSError:
        return  # the reader of the answers sees the same end, and says so


def answers(stream: BinaryIO, wanted: Collection[Asked]) -> Iterator[Content | Unreadable]:
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


def _answers(stream: BinaryIO, wanted: Collection[Asked]) -> Iterator[Content | Unreadable]:
    waiting = iter(wanted)
    while True:
        kind, payload = frames.read(stream)
        if kind == b"C":
            reader = Reader(payload)
            while reader.more():
                yield _small(reader, _next(waiting))
        elif kind == b"B":
            yield (content := _large(stream, payload, _next(waiting)[0]))
            _read_whole(content)
        elif kind == b"X":
            entry, _ = _next(waiting)
            yield Unreadable(entry.path, frames.split_lost(payload)[1])
        elif kind == b"Z":
            if next(waiting, None) or frames.unpack_count(payload) != len(wanted):
                raise ProtocolError("the agent's contents do not end where they should")
            return
        else:
            raise ProtocolError(f"unexpected frame {kind!r} instead of a content")


def _next(waiting: Iterator[Asked]) -> Asked:
    asked = next(waiting, None)
    if asked is None:
        raise ProtocolError("the agent sent more contents than it was asked for")
    return asked


def _small(reader: Reader, asked: Asked) -> Content:
    walked, expected = asked
    entry, length = _announced(walked, reader.record())
    state = reader.take(1)
    if state == frames.KNOWN:
        if not expected:
            raise ProtocolError(f"the agent takes {entry.text} for known, which it was not told")
        if length != walked.size:
            raise ProtocolError(f"the agent takes {entry.text} for known with another size")
        return Content(entry, (), digest=expected)
    data = reader.take(length)
    return Content(entry, (data,) if data else (), state != frames.SAME)


def _large(stream: BinaryIO, payload: bytes, entry: Entry, readings: int = READINGS) -> Content:
    entry, length = _announced(entry, Reader(payload).record())
    content = Content(entry, ())
    content.pieces = _pieces(stream, length, content, readings - 1)
    return content


def _read_whole(content: Content | None) -> None:
    while content:
        for _ in content.pieces:
            raise ProtocolError("a content was not read to its end")
        content = content.again


def _announced(entry: Entry, record: tuple[Any, ...]) -> tuple[Entry, int]:
    """``entry`` as the open file is, and how many bytes of data follow."""
    kind, size = record[0], record[4]
    xattrs, segments, flags = record[16:19]
    if kind != b"f":
        raise ProtocolError(f"the agent sent a content of {entry.text} that is no file")
    length = size if segments is None else sum(_checked(segments, size))
    return fresh(entry, record[1:7], xattrs, segments, flags), length


def fresh(
    entry: Entry,
    state: tuple[int, ...],
    xattrs: tuple[tuple[bytes, bytes], ...],
    segments: tuple[tuple[int, int], ...] | None,
    inode_flags: int,
) -> Entry:
    """``entry`` with what the open file says of itself; ``state`` is mode, uid, gid, size, mtime_ns
    and ctime_ns. Its place among hard links and its package stay as the walk found them."""
    same = entry[2:8] == state and entry.xattrs == xattrs and entry.segments == segments
    if same and entry.inode_flags == inode_flags:
        return entry
    mode, uid, gid, size, mtime_ns, ctime_ns = state
    return entry._replace(
        mode=mode,
        uid=uid,
        gid=gid,
        size=size,
        mtime_ns=mtime_ns,
        ctime_ns=ctime_ns,
        xattrs=xattrs,
        segments=segments,
        inode_flags=inode_flags,
    )


def _checked(segments: Sequence[tuple[int, int]], size: int) -> Iterator[int]:
    end = 0
    for offset, length in segments:
        if offset < end or offset + length > size:
            raise ProtocolError("the agent sent data outside of its file")
        end = offset + length
        yield length


def _pieces(stream: BinaryIO, left: int, content: Content, readings: int) -> Iterator[bytes]:
    """They are read where they are wanted, beyond the reach of ``answers``."""
    with _broken():
        yield from _data(stream, left, content, readings)


def _data(stream: BinaryIO, left: int, content: Content, readings: int) -> Iterator[bytes]:
    while left:
        kind, payload = frames.read(stream)
        if kind != b"D" or not payload or len(payload) > left:
            raise ProtocolError(f"the content of {content.entry.text} is not as announced")
        left -= len(payload)
        yield payload
    kind, payload = frames.read(stream)
    if kind != b"F":
        raise ProtocolError(f"the content of {content.entry.text} does not end")
    explain(content, payload)
    if payload[:1] == frames.AGAIN:
        kind, payload = frames.read(stream)
        if kind != b"B" or not readings:
            raise ProtocolError(f"the content of {content.entry.text} does not come again")
        content.again = _large(stream, payload, content.entry, readings)


def explain(content: Content, state: bytes) -> None:
    """Say in ``content`` what its file's ``state`` was in the end."""
    content.changed = state[:1] in (frames.CHANGED, frames.AGAIN)
    if state[:1] == frames.FAILED:
        content.failure = state[1:].decode("utf-8", "replace")
