"""JSON into frozen dataclasses, by their type hints, once, at the border."""

from __future__ import annotations

import dataclasses
import types
import typing
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin

T = TypeVar("T")


class DecodeError(ValueError):
    """``where`` is the place in the document, such as ``units[3].name``."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where or 'document'}: {problem}")
        self.where = where
        self.problem = problem


def decode(kind: type[T], value: Any, where: str = "") -> T:
    """``value`` as ``kind``.

    ``kind`` is a dataclass, str, int, float, bool, a Literal, ``X | None``, ``tuple[X, ...]`` or
    ``dict[str, X]``. Raises DecodeError for a missing or unknown key and for a wrong type.
    """
    return cast(T, _decode(kind, value, where))


def _decode(kind: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, where)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is types.UnionType:
        return None if value is None else _decode(arguments[0], value, where)
    if origin is typing.Literal:
        return _one_of(arguments, value, where)
    if origin is tuple:
        items = _expect(list, value, where)
        return tuple(_decode(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(items))
    if origin is dict:
        mapping = _expect(dict, value, where)
        return {key: _decode(arguments[1], item, f"{where}.{key}") for key, item in mapping.items()}
    if kind is float and type(value) is int:
        return float(value)
    return _expect(kind, value, where)


def _record(kind: Any, value: Any, where: str) -> Any:
    mapping = _expect(dict, value, where)
    hints, required = _shape(kind)
    unknown = sorted(str(key) for key in mapping.keys() - hints.keys())
    if unknown:
        known = ", ".join(sorted(hints))
        raise DecodeError(where, f"unknown key {unknown[0]!r} (known: {known})")
    missing = sorted(required - mapping.keys())
    if missing:
        raise DecodeError(where, f"key {missing[0]!r} is missing")
    prefix = f"{where}." if where else ""
    return kind(**{key: _decode(hints[key], item, prefix + key) for key, item in mapping.items()})


@cache
def _shape(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """Types of the fields, and the names of those that must be there; slow to find out."""
    required = {field.name for field in dataclasses.fields(kind) if is_required(field)}
    return typing.get_type_hints(kind), frozenset(required)


def is_required(field: dataclasses.Field[Any]) -> bool:
    absent = dataclasses.MISSING
    return field.default is absent and field.default_factory is absent


def _one_of(choices: tuple[Any, ...], value: Any, where: str) -> Any:
    if value not in choices:
        raise DecodeError(where, f"{value!r} is not one of {', '.join(map(str, choices))}")
    return value


def _expect(kind: type[Any], value: Any, where: str) -> Any:
    if type(value) is not kind:
        raise DecodeError(where, f"{value!r} is not of type {kind.__name__}")
    return value
