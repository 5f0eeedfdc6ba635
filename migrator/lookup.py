"""The rows of a ledger by path, on disk: a million of them need no memory but their places."""

from __future__ import annotations

import json
import mmap
import os
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from migrator import ledger
from migrator.known import order

KIND, SPARSE = b'"kind": ', b'"sparse": true'


class Lookup:
    """They lie in the order of the walk, so that they are found by halving."""

    def __init__(self, path: Path) -> None:
        self._places = array("Q")
        self._sparse = array("Q")
        self._lost: dict[str, dict[str, Any]] = {}  # what the walk could not look at comes last
        with tempfile.TemporaryFile(dir=path.parent) as file:
            at = 0
            for line in ledger.lines(path):
                if KIND not in line:
                    row = json.loads(line)
                    self._lost[row["path"]] = row
                    continue
                self._places.append(at)
                if SPARSE in line:
                    self._sparse.append(at)
                at += file.write(line)
            file.flush()
            self._data = mmap.mmap(file.fileno(), at, access=mmap.ACCESS_READ) if at else b""

    def get(self, path: str) -> dict[str, Any] | None:
        number = self._from(_order(path))
        if number < len(self._places):
            row = self._row(self._places[number])
            if row["path"] == path:
                return row
        return self._lost.get(path)

    def names(self, directory: str) -> list[str]:
        """Of what is in it, sorted."""
        prefix = directory.rstrip("/") + "/"
        found = [path[len(prefix) :] for path in self._lost if path.startswith(prefix)]
        return sorted({name for name in (*found, *self._inside(prefix)) if "/" not in name})

    def sparse(self) -> Iterator[dict[str, Any]]:
        """The rows of files with holes."""
        return map(self._row, self._sparse)

    def _inside(self, prefix: str) -> Iterator[str]:
        number = self._from(_order(prefix)) if prefix != "/" else 1
        while number < len(self._places):
            path = self._row(self._places[number])["path"]
            if not path.startswith(prefix):
                return
            yield path[len(prefix) :]
            number = self._from(_order(path) + b"\1", number)  # behind all that is in it

    def _from(self, key: bytes, low: int = 0) -> int:
        return bisect_left(
            self._places, key, low, key=lambda place: _order(self._row(place)["path"])
        )

    def _row(self, place: int) -> dict[str, Any]:
        end = self._data.find(b"\n", place)
        row: dict[str, Any] = json.loads(self._data[place:end])
        return row


def _order(path: str) -> bytes:
    return order(os.fsencode(path[1:]))
