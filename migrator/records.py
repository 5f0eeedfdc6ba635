"""Pages about records: their docstrings, and the comments of their fields, as Markdown."""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from collections.abc import Iterator
from types import ModuleType


def section(title: str, module: ModuleType) -> Iterator[str]:
    """The page's part about the records that are defined in ``module``."""
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
    last = node.lineno
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
        return ", ".join(ast.unparse(choice).strip("'") for choice in arguments)
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
