"""The rows of a ledger by path, on disk: a million of them need no memory."""

from __future__ import annotations

import json
import mmap
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from migrator import ledger
from migrator.known import order

KIND, SPARSE = b'"kind": ', re.compile(b'"sparse": true')


class Lookup:
    """They lie in the order of the walk, so that they are found by halving."""

    def __init__(self, path: Path) -> None:
        with tempfile.TemporaryFile(dir=path.parent) as file:
            file.writelines(ledger.pieces(path))
            file.flush()
            size = file.tell()
            self._data = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size else b""
        self._lost: dict[str, dict[str, Any]] = {}  # what the walk could not look at comes last
        self._end = size  # of all others
        while self._end:
            begin = self._begin(0, self._end - 1)
            if KIND in self._data[begin : self._end]:
                break
            row = self._row(begin)
            self._lost[row["path"]] = row
            self._end = begin

    def get(self, path: str) -> dict[str, Any] | None:
        place = self._from(_order(path))
        if place < self._end:
            row = self._row(place)
            if row["path"] == path:
                return row
        return self._lost.get(path)

    def below(self, path: str) -> Iterator[dict[str, Any]]:
        """The rows of ``path`` and of all that is in it."""
        place, inside = self._from(_order(path)), path.rstrip("/") + "/"
        while place < self._end:
            row = self._row(place)
            if row["path"] != path and not row["path"].startswith(inside):
                return
            yield row
            place = self._data.find(b"\n", place) + 1

    def names(self, directory: str) -> list[str]:
        """Of what is in it, sorted."""
        prefix = directory.rstrip("/") + "/"
        found = [path[len(prefix) :] for path in self._lost if path.startswith(prefix)]
        return sorted({name for name in (*found, *self._inside(prefix)) if "/" not in name})

    def sparse(self) -> Iterator[dict[str, Any]]:
        """The rows of files with holes."""
        for found in SPARSE.finditer(self._data, 0, self._end):
            yield self._row(self._begin(0, found.start()))

    def _inside(self, prefix: str) -> Iterator[str]:
        place = self._from(_order(prefix) or b"\0")  # behind the root itself
        while place < self._end:
            path = self._row(place)["path"]
            if not path.startswith(prefix):
                return
            yield path[len(prefix) :]
            place = self._from(_order(path) + b"\1", place)  # behind all that is in it

    def _from(self, key: bytes, low: int = 0) -> int:
        """Where the first row begins that is not before ``key``."""
        high = self._end
        while low < high:
            begin = self._begin(low, (low + high) // 2)
            if _order(self._row(begin)["path"]) < key:
                low = self._data.find(b"\n", begin) + 1
            else:
                high = begin
        return low

    def _begin(self, low: int, place: int) -> int:
        """Of the row at ``place``; one begins at ``low``."""
        return max(low, self._data.rfind(b"\n", low, place) + 1)

    def _row(self, begin: int) -> dict[str, Any]:
        end = self._data.find(b"\n", begin)
        row: dict[str, Any] = json.loads(self._data[begin:end])
        return row


def _order(path: str) -> bytes:
    return order(os.fsencode(path[1:]))
