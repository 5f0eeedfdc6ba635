"""Rows of the ledger on disk until all are there, found again by their number in the walk."""

from __future__ import annotations

import mmap
import struct
from array import array
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from migrator import ledger, spill

HEAD = struct.Struct(">I32sI")  # length of the row in JSON, digest or zeros, inode flags or UNREAD
UNREAD = 0xFFFFFFFF  # instead of inode flags: no content is wanted
ABSENT = 0xFFFFFFFFFFFFFFFF
FILE = 48  # bits that count bytes in one file; those above name the file


@dataclass(frozen=True)
class Written:
    """A finished file of rows: the number and the place of each."""

    path: Path
    numbers: array[int]
    places: array[int]


class Rows:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = path.open("wb", buffering=spill.BUFFER)
        self._numbers, self._places, self._at = array("I"), array("Q"), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()

    def add(self, number: int, row: dict[str, Any]) -> None:
        line = ledger.line(row)
        digest, flags = spill.UNKNOWN, row.get("flags", 0)
        if "digest" in row:
            # What changed while it was read, or failed, is to be read again the next time.
            if "changed" not in row and row["fate"] != "unreadable":
                digest = bytes.fromhex(row["digest"])
        elif row["fate"] == "excluded":
            flags = UNREAD
        self._handle.write(HEAD.pack(len(line), digest, flags) + line)
        self._numbers.append(number)
        self._places.append(self._at)
        self._at += HEAD.size + len(line)

    def close(self) -> Written:
        self._handle.close()
        return Written(self._path, self._numbers, self._places)


def joined(count: int, files: Iterable[Written]) -> Iterator[tuple[bytes, int, bytes] | None]:
    """(digest, flags, line) for each number below ``count``, None where there is no row."""
    index = array("Q", [ABSENT]) * count
    with ExitStack() as stack:
        maps: list[mmap.mmap | bytes] = []
        for file in files:
            for number, place in zip(file.numbers, file.places, strict=True):
                index[number] = len(maps) << FILE | place
            handle = stack.enter_context(file.path.open("rb"))
            maps.append(
                stack.enter_context(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))
                if file.numbers
                else b""
            )
        for place in index:
            if place == ABSENT:
                yield None
                continue
            data, at = maps[place >> FILE], place & ((1 << FILE) - 1)
            size, digest, flags = HEAD.unpack_from(data, at)
            yield digest, flags, data[at + HEAD.size : at + HEAD.size + size]
