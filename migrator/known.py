"""What the last snapshot of a host knew of each path, to recognise what has not changed since.

A copy of the last walk with the digest of each content. Without it everything is read again.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from isal import igzip

from migrator import spill
from migrator.entries import Entry
from migrator.rows import UNREAD
from migrator.workdir import explained

LEVEL = 1
SECOND = 1_000_000_000  # ns
TICK = 20_000_000  # ns, no kernel's clock is coarser
MAGIC = struct.Struct(">6sI")  # with the generation of the store
NAME = b"known3"
PUBLIC = (b"usr/", b"var/cache/", b"var/lib/apt/", b"var/lib/dpkg/", b"var/lib/rpm/")
Row = tuple[bytes, int, bytes]  # digest, inode flags, the entry packed


def order(path: bytes) -> bytes:
    """Sorts as the walk does: what is in a directory comes right after it."""
    return path.replace(b"/", b"\0")


class Known:
    """Asked for every path in the order of the walk, it goes through the last one beside it.

    ``generation`` is the store's: True when nothing was taken out of it since."""

    def __init__(self, path: Path, generation: int) -> None:
        self._rows = _read(path)
        self.complete = next(self._rows, None) == (NAME, generation, b"")
        self._next = next(self._rows, None)
        self._same = self._next is not None

    @property
    def same(self) -> bool:
        """Whether the whole walk was as the last one, and the store has each of its contents."""
        return self._same and self.complete and self._next is None

    @property
    def differs(self) -> bool:
        """Whether anything so far was other than the last time."""
        return not self._same

    def of(self, entry: Entry, record: bytes) -> tuple[bytes, int]:
        """Digest and inode flags of its content when nothing says that it was written to, else
        UNKNOWN."""
        if self._next and self._next[2] == record:
            digest, flags, _ = self._next
            self._advance()
            return digest, flags
        self._same = False
        if not self._next:
            return spill.UNKNOWN, 0
        key = order(entry.path)
        while self._next and (before := self._order()) < key:
            self._advance()
        if not self._next or before != key:
            return spill.UNKNOWN, 0
        digest, flags, last = self._next
        self._advance()
        if entry.kind != "f" or _state(spill.unpacked(last)) != _state(entry):
            return spill.UNKNOWN, 0
        return digest, flags

    def doubt(self) -> None:
        """The walk is as the last one, but not all of it is known."""
        self._same = False

    def _order(self) -> bytes:
        return order(spill.unpacked(self._next[2]).path) if self._next else b""

    def _advance(self) -> None:
        self._next = next(self._rows, None)


class Kin:
    """What other hosts have at the same path: likely the same content, where packages put it.

    A guess, to be confirmed by who has the file. Only of what every user of a host may read in the
    package manager's own places: a host that lies shall learn nothing of another one.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._others = [_Beside(path) for path in paths]

    def digest(self, entry: Entry) -> bytes:
        if not _public(entry):
            return spill.UNKNOWN
        key = order(entry.path)
        for other in self._others:
            digest = other.digest(key, entry)
            if digest != spill.UNKNOWN:
                return digest
        return spill.UNKNOWN


class _Beside:
    def __init__(self, path: Path) -> None:
        self._rows = _read(path)
        next(self._rows, None)
        self._key, self._digest = b"", spill.UNKNOWN
        self._entry: Entry | None = None

    def digest(self, key: bytes, entry: Entry) -> bytes:
        while self._key < key:
            digest, _, record = next(self._rows, (spill.UNKNOWN, 0, b""))
            if not record:
                return spill.UNKNOWN
            self._entry = spill.unpacked(record)
            self._key, self._digest = order(self._entry.path), digest
        found = self._entry
        if not found or self._key != key or found.size != entry.size or not _public(found):
            return spill.UNKNOWN
        return self._digest


def _public(entry: Entry) -> bool:
    return entry.kind == "f" and bool(entry.mode & 0o004) and entry.path.startswith(PUBLIC)


def _state(entry: Entry) -> tuple[int, ...]:
    """Every write sets the time of change to now, which no program can choose."""
    return entry.dev, entry.ino, entry.size, entry.mtime_ns, entry.ctime_ns


def _read(path: Path) -> Iterator[Row]:
    """First (NAME, generation, b""), then each path; ends early when the file is damaged."""
    try:
        with igzip.open(path, "rb") as packed, io.BufferedReader(packed, spill.BUFFER) as handle:
            name, generation = MAGIC.unpack(handle.read(MAGIC.size))
            if name != NAME:
                return
            yield NAME, generation, b""
            while len(head := handle.read(spill.HEAD.size)) == spill.HEAD.size:
                _, size, digest, flags = spill.HEAD.unpack(head)
                yield digest, flags, handle.read(size)
    except (OSError, EOFError, ValueError, struct.error):
        return


def write(path: Path, newest: int, walk: Iterable[Row], generation: int) -> bool:
    """Keep each path of ``walk``; replaces ``path`` atomically. ``newest`` is the time when it
    began, or of the last change seen by it: what changed about then may change again in the same
    tick of the clock, unseen. ``generation``: of the store that has the contents. Whether the
    content of every file is known that is wanted."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    pack, whole = spill.HEAD.pack, True
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(descriptor, "wb") as raw,
            igzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as packing,
            io.BufferedWriter(packing, spill.BUFFER) as handle,
        ):
            handle.write(MAGIC.pack(NAME, generation))
            for digest, flags, record in walk:
                sure = _sure(digest, record, newest)
                if sure == spill.UNKNOWN and flags != UNREAD and whole:
                    whole = spill.unpacked(record).kind != "f"
                handle.write(pack(0, len(record), sure, flags) + record)
        temporary.replace(path)
        return whole
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise explained(error, path) from error


def _sure(digest: bytes, record: bytes, newest: int) -> bytes:
    if digest == spill.UNKNOWN:
        return digest
    return digest if _settled(spill.unpacked(record), newest) else spill.UNKNOWN


def _settled(entry: Entry, newest: int) -> bool:
    coarse = entry.ctime_ns % SECOND == 0  # old file systems count whole seconds
    return entry.ctime_ns + (SECOND if coarse else TICK) < newest
