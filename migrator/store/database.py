"""SQLite as the index uses it: short transactions of several processes, and errors as sentences."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from migrator.errors import MigratorError, NoSpace, StoreDamaged
from migrator.workdir import private

BUSY = 60.0  # seconds to wait for another run's commit, which takes well below one


class Database:
    """One connection; each process has its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with open(path, "ab", opener=private):  # SQLite itself would make it readable
            pass
        with self._explained():
            self._db = sqlite3.connect(path, timeout=BUSY, isolation_level=None)
            self._db.execute("PRAGMA synchronous = FULL")
        self.close = self._db.close

    def execute(self, query: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(query, tuple(values))
        except sqlite3.Error as error:
            raise self._problem(error) from error

    def executemany(self, query: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with self._explained():
            self._db.executemany(query, rows)

    def row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
        except sqlite3.Error as error:
            raise self._problem(error) from error
        return row

    def one(self, query: str, *values: object) -> Any:
        row = self.row(query, *values)
        return row[0] if row else None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what the block does, or nothing."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._problem(error) from error

    def _problem(self, error: sqlite3.Error) -> MigratorError:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            return NoSpace(f"no space left for {self._path}", "free some space and run it again")
        return StoreDamaged(
            f"{self._path} cannot be used ({error})",
            "run 'migrator store verify --rebuild' to make it anew from the blobs",
        )
