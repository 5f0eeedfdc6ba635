"""Entries of a walk on disk, so that a million paths need no memory.

A file of records: HEAD (number of the entry in the walk, its length, a digest of its content or
zeros, a mark), then the entry. It never leaves the machine that wrote it.
"""

from __future__ import annotations

import marshal
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from migrator.entries import Entry

HEAD = struct.Struct(">II32sI")
UNKNOWN = bytes(32)  # instead of a digest
PLAIN = 2  # marshal's version without references: equal entries are equal bytes
BUFFER = 1 << 18
Record = tuple[int, bytes, int, bytes]  # number, digest, mark, the entry packed
_entry = tuple.__new__  # which Entry._make calls; nobody but us writes what is read here


def packed(entry: Entry) -> bytes:
    return marshal.dumps(tuple(entry), PLAIN)


def unpacked(record: bytes) -> Entry:
    return _entry(Entry, marshal.loads(record))


class Writer:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = path.open("wb", buffering=BUFFER)
        self.flush = self._handle.flush
        self.close = self._handle.close

    def write(self, number: int, digest: bytes, mark: int, record: bytes) -> None:
        self._handle.write(HEAD.pack(number, len(record), digest, mark) + record)


def records(path: Path) -> Iterator[Record]:
    """In the order of their writing; unpack those that are needed."""
    with path.open("rb", buffering=BUFFER) as handle:
        while head := handle.read(HEAD.size):
            number, size, digest, mark = HEAD.unpack(head)
            yield number, digest, mark, handle.read(size)


def rewrite(path: Path, records: Iterable[Record]) -> None:
    """Replace the file by these records."""
    writer = Writer(path.with_suffix(".new"))
    for record in records:
        writer.write(*record)
    writer.close()
    writer.path.replace(path)
