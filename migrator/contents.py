"""Ask the agent for contents, one after the other, without ever waiting for each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from migrator.agent import frames
from migrator.carrier import Carrier
from migrator.entries import Entry, Unreadable
from migrator.errors import ProtocolError


@dataclass
class Content:
    """The content of one file as it was when it was opened; read ``pieces`` to its end first.

    ``entry`` has the size, time and holes that go with these bytes. ``changed`` is known after the
    last piece: the file was written while it was read.
    """

    entry: Entry
    pieces: Iterator[bytes]
    changed: bool = False


def contents(source: Carrier, root: str, wanted: Sequence[Entry]) -> Iterator[Content | Unreadable]:
    """The contents of ``wanted`` below ``root``, in this order; ProtocolError for anything else."""
    with source.stream("agent", "read", {"root": root}) as channel:
        # Requests are written beside the answers: neither end can block the other.
        asking = threading.Thread(target=_ask, args=(channel.stdin, wanted), daemon=True)
        asking.start()
        try:
            frames.skip_to_magic(channel.stdout)
            for index, entry in enumerate(wanted):
                yield from _answer(channel.stdout, index, entry)
            kind, payload = frames.read(channel.stdout)
            if kind != b"Z" or frames.COUNT.unpack(payload) != (len(wanted),):
                raise ProtocolError("the agent's contents do not end where they should")
        except frames.FrameError as error:
            raise ProtocolError(
                f"the stream of contents is broken ({error})", "run the stage again"
            ) from error
        asking.join()


def _ask(stream: BinaryIO, wanted: Sequence[Entry]) -> None:
    try:
        for index, entry in enumerate(wanted):
            frames.write(stream, b"W", frames.INDEX.pack(index) + entry.path)
        frames.write(stream, b"Z", b"")
        stream.flush()
    except OSError:
        return  # the reader of the answers sees the same end, and says so


def _answer(stream: BinaryIO, index: int, entry: Entry) -> Iterator[Content | Unreadable]:
    kind, payload = frames.read(stream)
    if kind == b"X" and payload[:4] == frames.INDEX.pack(index):
        _, _, reason = payload[4:].partition(b"\0")
        yield Unreadable(entry.path, reason.decode("utf-8", "replace"))
        return
    if kind != b"B":
        raise ProtocolError(f"unexpected frame {kind!r} instead of a content")
    found, size, mtime_ns, ctime_ns, holes = frames.unpack_begin(payload)
    if found != index:
        raise ProtocolError(f"the agent sent content {found} instead of {index}")
    segments = None if holes is None else tuple(_checked(holes, size))
    fresh = replace(entry, size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, segments=segments)
    total = size if segments is None else sum(length for _, length in segments)
    content = Content(fresh, iter(()))
    content.pieces = _pieces(stream, index, total, content)
    yield content
    for _ in content.pieces:
        raise ProtocolError("a content was not read to its end")


def _checked(holes: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    end = 0
    for offset, length in holes:
        if offset < end or offset + length > size:
            raise ProtocolError("the agent sent data outside of its file")
        end = offset + length
        yield offset, length


def _pieces(stream: BinaryIO, index: int, left: int, content: Content) -> Iterator[bytes]:
    while left:
        kind, payload = frames.read(stream)
        if kind != b"D" or not payload or len(payload) > left:
            raise ProtocolError(f"the content of {content.entry.text} is not as announced")
        left -= len(payload)
        yield payload
    kind, payload = frames.read(stream)
    if kind != b"F" or payload[:4] != frames.INDEX.pack(index):
        raise ProtocolError(f"the content of {content.entry.text} does not end")
    content.changed = payload[4:] != b"\0"
