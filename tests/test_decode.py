"""JSON into types: what is right becomes a record, what is wrong is named with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pytest

from migrator.decode import DecodeError, decode


@dataclass(frozen=True)
class Leaf:
    name: str
    kind: Literal["a", "b"]
    parts: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "is not of type dict"),
        ({"name": "x"}, "key 'kind' is missing"),
        ({"name": 1, "kind": "a"}, "name: 1 is not of type str"),
        ({"name": "x", "kind": "c"}, "kind: 'c' is not one of a, b"),
        ({"name": "x", "kind": "a", "nam": 1}, r"unknown key 'nam' \(known: kind, name, parts\)"),
        ({"name": "x", "kind": "a", "parts": [1, "2"]}, r"parts\[1\]: '2' is not of type int"),
        ({"name": "x", "kind": "a", "parts": [True]}, "is not of type int"),
    ],
)
def test_a_wrong_document_names_the_place(document: Any, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        decode(Leaf, document)


def test_a_right_document_becomes_a_record() -> None:
    document = {"name": "x", "kind": "b", "parts": [1, 2]}
    assert decode(Leaf, document) == Leaf("x", "b", (1, 2))


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    named: dict[str, Leaf]
    weight: float = 1.0
    best: Leaf | None = None

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ValueError("less than nothing")


LEAF = {"name": "x", "kind": "a"}


def test_records_in_records_are_named_by_their_place() -> None:
    document = {"leaves": [LEAF], "named": {"a": LEAF}, "weight": 2, "best": None}
    leaf = Leaf("x", "a")
    assert decode(Tree, document) == Tree((leaf,), {"a": leaf}, 2.0)
    with pytest.raises(ValueError, match="less than nothing"):
        decode(Tree, {**document, "weight": -1, "best": LEAF})
    bad = {**LEAF, "parts": ["1"]}
    for part, where in (
        ({"leaves": [LEAF, bad]}, r"facts\.leaves\[1\]\.parts\[0\]"),
        ({"named": {"a b": bad}}, r"facts\.named\.a b\.parts\[0\]"),
        ({"best": bad}, r"facts\.best\.parts\[0\]"),
        ({"weight": "2"}, r"facts\.weight"),
    ):
        with pytest.raises(DecodeError, match=f"^{where}: '.' is not of type"):
            decode(Tree, {**document, **part}, "facts")
