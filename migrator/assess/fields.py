"""Paths into facts, such as ``network.peers`` or ``properties.User``, for rules that are data."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator
from typing import Any, get_args, get_origin


def kind(of: Any, path: str) -> Any:
    """The type of what is at ``path`` in a record of type ``of``; "" is the record itself. Lists
    are entered. Raises ValueError for what does not exist, and names what does."""
    of = _element(of)
    if not path:
        return of
    if get_origin(of) is dict:  # the rest is one key, which may have dots
        return _element(get_args(of)[1])
    name, _, rest = path.partition(".")
    if not dataclasses.is_dataclass(of):
        raise ValueError(f"{name!r} is looked for in a mere value")
    hints = typing.get_type_hints(of)
    if name not in hints:
        record = typing.cast(Any, of).__name__
        raise ValueError(f"{name!r} is no field of {record}, which has {', '.join(sorted(hints))}")
    return kind(hints[name], rest)


def values(record: Any, path: str) -> Iterator[Any]:
    """All that is at ``path``, the elements of lists one by one; nothing where a key is missing."""
    if isinstance(record, tuple):
        for item in record:
            yield from values(item, path)
    elif not path:
        yield record
    elif isinstance(record, dict):
        yield from values(record.get(path, ()), "")
    elif record is not None:
        name, _, rest = path.partition(".")
        yield from values(getattr(record, name), rest)


def _element(of: Any) -> Any:
    """Of a list or of what may be missing: what there is if it is not empty."""
    while get_origin(of) in (tuple, types.UnionType):
        of = get_args(of)[0]
    return of
