"""The document of facts: its page, its schema, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jsonschema
import pytest

from migrator.facts import document
from migrator.schema import schema
from tests import hosts

TOP = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("form", "name"), [("markdown", "facts.md"), ("schema", "facts.schema.json")]
)
def test_what_is_written_of_the_facts_is_fresh(form: str, name: str) -> None:
    command = [sys.executable, "-m", "migrator.facts.document", form]
    written = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True).stdout
    assert written == (TOP / "docs" / name).read_text(), (
        f"run: {' '.join(command[1:])} > docs/{name}"
    )


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_the_agent_speaks_by_the_schema(name: str, tmp_path: Path) -> None:
    jsonschema.validate(hosts.document(name, tmp_path), json.loads(document.json_schema()))


@dataclass(frozen=True)
class Leaf:
    kind: Literal["a", "b"]
    size: int | None = None


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    named: dict[str, Leaf]
    heights: tuple[float, ...] = ()


GOOD: dict[str, Any] = {"leaves": [{"kind": "a", "size": None}], "named": {"x": {"kind": "b"}}}


def test_a_schema_takes_what_decode_takes() -> None:
    jsonschema.validate(GOOD, schema(Tree))


@pytest.mark.parametrize(
    "wrong",
    [
        {"leaves": []},
        {**GOOD, "odd": 1},
        {**GOOD, "leaves": [{"kind": "c"}]},
        {**GOOD, "leaves": [{"kind": "a", "size": "1"}]},
        {**GOOD, "named": {"x": 1}},
        {**GOOD, "heights": ["high"]},
    ],
)
def test_a_schema_refuses_what_decode_refuses(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema(Tree))
