"""Facts that remember what a rule looked at, so that no rule has to list what it needs."""

from __future__ import annotations

import functools
import inspect
from dataclasses import is_dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

from migrator.facts import Failure


class Incomplete(Protocol):
    """A record that says what of it is missing."""

    @property
    def failures(self) -> tuple[Failure, ...]: ...


Record = TypeVar("Record", bound=Incomplete)


class Watched(Generic[Record]):
    """``facts`` is to be given to a rule; ``missing`` what it looked for in vain."""

    def __init__(self, found: Record) -> None:
        self._found = found
        self._used: set[str] = set()
        self.facts = cast(Record, _Window(found, "", self._used))

    def missing(self) -> list[Failure]:
        """Failures of a subject, or of a part of one, that was looked at; not those that are only
        cut short. On the way to a part its subject was looked at, but no other part."""
        return [
            failure
            for failure in self._found.failures
            if failure.kind != "limited" and failure.subject in self._used
        ]


class _Window:
    def __init__(self, record: Any, path: str, used: set[str]) -> None:
        self._record, self._path, self._used = record, path, used

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._record, name)
        if inspect.ismethod(value):
            return functools.partial(value.__func__, self)
        self._used.add(self._path + name)
        if is_dataclass(value):
            value = _Window(value, f"{self._path}{name}.", self._used)
        vars(self)[name] = value  # once is enough: from now on Python finds it by itself
        return value
