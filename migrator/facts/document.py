"""Write docs/facts.md and docs/facts.schema.json from the records of migrator.facts.

``python -m migrator.facts.document markdown > docs/facts.md``, and the same with ``schema``.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import importlib.util
import inspect
import io
import json
import sys
import tokenize
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from migrator import facts
from migrator.schema import schema

HEAD = """\
# Facts

Written by `python -m migrator.facts.document markdown`; change `migrator/facts/`, not this file.

`migrator discover` writes what it read of a host to `work/<host>/facts.json`: one document of
version {version}, in the order below, with the [JSON schema](facts.schema.json) beside this page.
Another version is refused: discover the host again. A field with a default may be empty where the
host has nothing of the kind; where something could not be read, `failures` says what and why.

"""
SHARED = ("daemon", "ignored", "setting")  # records of several subjects


def markdown() -> str:
    parts = [HEAD.format(version=facts.SCHEMA), *_section("The document", facts)]
    for field in dataclasses.fields(facts.Facts):
        name = f"migrator.facts.{field.name}"
        if importlib.util.find_spec(name):
            parts += _section(field.name, importlib.import_module(name))
    for name in SHARED:
        parts += _section(name, importlib.import_module(f"migrator.facts.{name}"))
    return "".join(parts).rstrip() + "\n"


def _section(title: str, module: ModuleType) -> Iterator[str]:
    yield f"## {title}\n\n{_prose(inspect.getdoc(module))}\n\n"
    tree = ast.parse(inspect.getsource(module))
    comments = _comments(inspect.getsource(module))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _record(node, comments)


def _record(node: ast.ClassDef, comments: dict[int, str]) -> Iterator[str]:
    yield f"### {node.name}\n\n"
    about = _prose(ast.get_docstring(node))
    yield f"{about}\n\n" if about else ""
    yield "| field | type | meaning |\n|---|---|---|\n"
    last = node.body[0].lineno
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            lines = range(last + 1, (field.end_lineno or field.lineno) + 1)
            meaning = " ".join(comments[line] for line in lines if line in comments)
            yield f"| `{field.target.id}` | {_kind(field.annotation)} | {_cell(meaning)} |\n"
        last = field.end_lineno or field.lineno
    yield "\n"


def _kind(hint: ast.expr) -> str:
    """A type as words: ``tuple[Unit, ...]`` is "list of Unit"."""
    if isinstance(hint, ast.Subscript):
        arguments = hint.slice.elts if isinstance(hint.slice, ast.Tuple) else [hint.slice]
        outer = ast.unparse(hint.value)
        if outer == "tuple":
            return f"list of {_kind(arguments[0])}"
        if outer == "dict":
            return f"{_kind(arguments[1])} by name"
        return ", ".join(str(ast.literal_eval(choice)) for choice in arguments)
    if isinstance(hint, ast.BinOp):
        return f"{_kind(hint.left)} or null"
    return {"str": "text", "int": "number", "bool": "yes or no"}.get(
        ast.unparse(hint), ast.unparse(hint)
    )


def _comments(source: str) -> dict[int, str]:
    """Line number -> the comment there."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}


def _prose(docstring: str | None) -> str:
    return (docstring or "").replace("``", "`")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("``", "`")


def json_schema() -> str:
    document: dict[str, Any] = schema(facts.Facts)
    document["properties"] = {"schema": {"const": facts.SCHEMA}}
    return json.dumps(document, indent=1) + "\n"


FORMS = {"markdown": markdown, "schema": json_schema}

if __name__ == "__main__":
    sys.stdout.write(FORMS[sys.argv[1]]())
