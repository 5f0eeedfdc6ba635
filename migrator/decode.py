"""JSON into frozen dataclasses, by their type hints, once, at the border.

A decoder is made once for each type. It says only what is wrong; where that is, is put together
from the inside out when an error passes, so that what is right costs little.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast, get_args, get_origin

T = TypeVar("T")
Decoder = Callable[[Any], Any]
PLAIN = frozenset([str, int, float, bool])
# The type of what needs no decoder, if there is one, and the decoder for all else.
Inner = tuple[type[Any] | None, Decoder]


class DecodeError(ValueError):
    """``where`` is the place in the document, such as ``units[3].name``."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where or 'document'}: {problem}")
        self.where = where
        self.problem = problem

    def inside(self, place: str) -> DecodeError:
        """The same error of what is at ``place``."""
        dot = "." if place and self.where and not self.where.startswith("[") else ""
        return DecodeError(f"{place}{dot}{self.where}", self.problem)


def decode(kind: type[T], value: Any, where: str = "") -> T:
    """``value`` as ``kind``.

    ``kind`` is a dataclass, str, int, float, bool, a Literal, ``X | None``, ``tuple[X, ...]``,
    ``dict[str, X]``, or Any for what is taken as it is. Raises DecodeError for a missing or
    unknown key and for a wrong type.
    """
    try:
        return cast(T, _decoder(cast(Any, kind))(value))
    except DecodeError as error:
        raise error.inside(where) from error


@functools.cache
def _decoder(kind: Any) -> Decoder:
    if dataclasses.is_dataclass(kind):
        return functools.partial(_record, cast(type[Any], kind))
    if kind is Any:
        return lambda value: value
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is types.UnionType:
        inner = _decoder(arguments[0])
        return lambda value: None if value is None else inner(value)
    if origin is typing.Literal:
        return functools.partial(_one_of, arguments)
    if origin is tuple:
        return functools.partial(_items, _inner(arguments[0]))
    if origin is dict:
        return functools.partial(_mapping, _inner(arguments[1]))
    return _number if kind is float else functools.partial(_exact, kind)


def _inner(kind: Any) -> Inner:
    return (kind if kind in PLAIN else None), _decoder(kind)


@dataclasses.dataclass(frozen=True)
class _Shape:
    """Of a record. ``direct``: it has nothing but its fields."""

    fields: dict[str, Inner]
    required: frozenset[str]
    direct: bool


@functools.cache
def _shape(kind: type[Any]) -> _Shape:
    fields = {name: _inner(hint) for name, hint in typing.get_type_hints(kind).items()}
    required = {field.name for field in dataclasses.fields(kind) if is_required(field)}
    direct = not (hasattr(kind, "__slots__") or hasattr(kind, "__post_init__"))
    return _Shape(fields, frozenset(required), direct)


def is_required(field: dataclasses.Field[Any]) -> bool:
    absent = dataclasses.MISSING
    return field.default is absent and field.default_factory is absent


def _record(kind: type[Any], value: Any) -> Any:
    if type(value) is not dict:
        _refuse(dict, value)
    shape = _shape(cast(Any, kind))
    fields = shape.fields
    if len(value) != len(fields) or value.keys() != fields.keys():
        _check_keys(shape, value)
    found = {}
    name = ""
    try:
        for name, item in value.items():
            plain, inner = fields[name]
            found[name] = item if type(item) is plain else inner(item)
    except DecodeError as error:
        raise error.inside(name) from error
    if not shape.direct or len(found) != len(fields):
        return kind(**found)
    made = object.__new__(kind)
    vars(made).update(found)  # a frozen record's own __init__ sets each field by a call
    return made


def _check_keys(shape: _Shape, value: dict[Any, Any]) -> None:
    unknown = sorted(str(key) for key in value.keys() - shape.fields.keys())
    if unknown:
        known = ", ".join(sorted(shape.fields))
        raise DecodeError("", f"unknown key {unknown[0]!r} (known: {known})")
    missing = sorted(shape.required - value.keys())
    if missing:
        raise DecodeError("", f"key {missing[0]!r} is missing")


def _items(kind: Inner, value: Any) -> tuple[Any, ...]:
    if type(value) is not list:
        _refuse(list, value)
    plain, inner = kind
    found: list[Any] = []
    try:
        for item in value:
            found.append(item if type(item) is plain else inner(item))
    except DecodeError as error:
        raise error.inside(f"[{len(found)}]") from error
    return tuple(found)


def _mapping(kind: Inner, value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        _refuse(dict, value)
    plain, inner = kind
    found = {}
    key = ""
    try:
        for key, item in value.items():
            found[key] = item if type(item) is plain else inner(item)
    except DecodeError as error:
        raise error.inside(str(key)) from error
    return found


def _one_of(choices: tuple[Any, ...], value: Any) -> Any:
    if value not in choices:
        raise DecodeError("", f"{value!r} is not one of {', '.join(map(str, choices))}")
    return value


def _number(value: Any) -> float:
    return float(value) if type(value) is int else cast(float, _exact(float, value))


def _exact(kind: type[Any], value: Any) -> Any:
    if type(value) is not kind:
        _refuse(kind, value)
    return value


def _refuse(kind: type[Any], value: Any) -> NoReturn:
    raise DecodeError("", f"{value!r} is not of type {kind.__name__}")
