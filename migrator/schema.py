"""A JSON schema of a dataclass, from the type hints that migrator.decode reads documents by."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any, cast, get_args, get_origin

from migrator.decode import is_required

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SIMPLE = {str: "string", int: "integer", float: "number", bool: "boolean"}


def schema(kind: type[Any]) -> dict[str, Any]:
    """The schema of ``kind``, with one definition for each record that it is made of.

    Raises ValueError when two different records have one name.
    """
    made = _Maker()
    top = made.of(kind)
    definitions = dict(sorted(made.definitions.items()))
    return {"$schema": DIALECT, "title": kind.__name__, **top, "$defs": definitions}


class _Maker:
    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}
        self._kinds: dict[str, Any] = {}

    def of(self, kind: Any) -> dict[str, Any]:
        origin, arguments = get_origin(kind), get_args(kind)
        if dataclasses.is_dataclass(kind):
            return self._reference(cast(type[Any], kind))
        if origin is types.UnionType:
            return {"anyOf": [self.of(arguments[0]), {"type": "null"}]}
        if origin is typing.Literal:
            return {"enum": list(arguments)}
        if origin is tuple:
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        return {"type": SIMPLE[kind]}

    def _reference(self, kind: type[Any]) -> dict[str, str]:
        name = kind.__name__
        if self._kinds.setdefault(name, kind) is not kind:
            raise ValueError(f"two records are called {name}")
        if name not in self.definitions:
            self.definitions[name] = {}  # known before it is finished: it may contain itself
            self.definitions[name] = self._record(kind)
        return {"$ref": f"#/$defs/{name}"}

    def _record(self, kind: Any) -> dict[str, Any]:
        fields = dataclasses.fields(kind)
        hints = typing.get_type_hints(kind)
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {field.name: self.of(hints[field.name]) for field in fields},
            "required": [field.name for field in fields if is_required(field)],
        }
