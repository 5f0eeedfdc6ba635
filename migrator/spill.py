"""Entries of a walk on disk, so that a million paths need no memory.

A file of records: HEAD (number of the entry in the walk, its length, the digest of its content when
the store has it, else zeros), then the entry. It never leaves the machine that wrote it.
"""

from __future__ import annotations

import marshal
import struct
from collections.abc import Iterator
from dataclasses import fields
from operator import attrgetter
from pathlib import Path

from migrator.entries import Entry

HEAD = struct.Struct(">II32s")
UNKNOWN = bytes(32)  # instead of a digest
AS_TUPLE = attrgetter(*(field.name for field in fields(Entry)))
PLAIN = 2  # marshal's version without references: equal entries are equal bytes
BUFFER = 1 << 18


def packed(entry: Entry) -> bytes:
    return marshal.dumps(AS_TUPLE(entry), PLAIN)


def unpacked(record: bytes) -> Entry:
    return Entry(*marshal.loads(record))


class Writer:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = path.open("wb", buffering=BUFFER)

    def write(self, number: int, digest: bytes, record: bytes) -> None:
        self._handle.write(HEAD.pack(number, len(record), digest) + record)

    def close(self) -> None:
        self._handle.close()


def records(path: Path) -> Iterator[tuple[int, bytes, bytes]]:
    """(number, digest, record) in the order of their writing; unpack those that are needed."""
    with path.open("rb", buffering=BUFFER) as handle:
        while head := handle.read(HEAD.size):
            number, size, digest = HEAD.unpack(head)
            yield number, digest, handle.read(size)
