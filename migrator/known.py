"""What the last snapshot of a host knew of each path, to recognise what has not changed since.

A copy of the last walk with the digest of each content. Without it everything is read again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from isal import igzip

from migrator import spill
from migrator.entries import Entry
from migrator.workdir import explained

LEVEL = 1
SECOND = 1_000_000_000  # ns
TICK = 20_000_000  # ns, no kernel's clock is coarser


def order(path: bytes) -> bytes:
    """Sorts as the walk does: what is in a directory comes right after it."""
    return path.replace(b"/", b"\0")


class Known:
    """Asked for every path in the order of the walk, it goes through the last one beside it."""

    def __init__(self, path: Path) -> None:
        self._records = _read(path)
        self._next: tuple[bytes, bytes, bytes] | None = None  # order, digest, record
        self._advance()
        self._same = self._next is not None

    @property
    def same(self) -> bool:
        """Whether the whole walk was as the last one, and each content is known."""
        return self._same and self._next is None

    def digest(self, entry: Entry, record: bytes) -> bytes:
        """The digest of its content when nothing says that it was written to, else UNKNOWN."""
        key = order(entry.path)
        while self._next and self._next[0] < key:
            self._advance()
            self._same = False
        if not self._next or self._next[0] != key:
            self._same = False
            return spill.UNKNOWN
        _, digest, last = self._next
        self._advance()
        if last != record:
            self._same = False
            if entry.kind == "f" and _state(spill.unpacked(last)) != _state(entry):
                return spill.UNKNOWN
        return digest if entry.kind == "f" else spill.UNKNOWN

    def doubt(self) -> None:
        """The walk is as the last one, but not all of it is known."""
        self._same = False

    def _advance(self) -> None:
        digest, record = next(self._records, (b"", b""))
        path = spill.unpacked(record).path if record else b""
        self._next = (order(path), digest, record) if record else None


def _state(entry: Entry) -> tuple[int, ...]:
    """Every write sets the time of change to now, which no program can choose."""
    return entry.dev, entry.ino, entry.size, entry.mtime_ns, entry.ctime_ns


def _read(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """(digest, record) of each path; ends early when the file is damaged."""
    try:
        with igzip.open(path, "rb") as handle:
            while len(head := handle.read(spill.HEAD.size)) == spill.HEAD.size:
                _, size, digest = spill.HEAD.unpack(head)
                yield digest, handle.read(size)
    except (OSError, EOFError, ValueError):
        return


def write(path: Path, newest: int, walk: Iterable[tuple[bytes, bytes]]) -> None:
    """Keep (digest, record) of each path of ``walk``; replaces ``path`` atomically. ``newest`` is
    the last time of change among them: what changed about then may change again in the same tick
    of the clock, unseen."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(descriptor, "wb") as raw,
            igzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as handle,
        ):
            for number, (digest, record) in enumerate(walk):
                sure = digest != spill.UNKNOWN and _settled(spill.unpacked(record), newest)
                kept = digest if sure else spill.UNKNOWN
                handle.write(spill.HEAD.pack(number, len(record), kept) + record)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise explained(error, path) from error


def _settled(entry: Entry, newest: int) -> bool:
    coarse = entry.ctime_ns % SECOND == 0  # old file systems count whole seconds
    return entry.ctime_ns + (SECOND if coarse else TICK) < newest
