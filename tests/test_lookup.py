"""A ledger asked by path says what a dictionary of all its rows would."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator import ledger
from migrator.errors import StoreDamaged
from migrator.known import order
from migrator.lookup import Lookup

NAMES = st.sampled_from([b"a", b"a.", b"a\x01", b"b", b"\xff", b"a b", b"\n", b"z" * 5])


def written(place: Path, paths: list[bytes], lost: list[bytes]) -> Path:
    rows = [row(path) for path in sorted(paths, key=order)]
    lines = map(ledger.line, rows)
    more = [{"path": text(path), "fate": "unreadable", "rule": "?"} for path in lost]
    ledger.write(place / "ledger.jsonl.gz", lines, more)
    return place / "ledger.jsonl.gz"


def row(path: bytes) -> dict[str, Any]:
    sparse = {"sparse": True} if path.endswith(b"b") else {}
    return {"path": text(path), "fate": "layer x", "kind": "f", **sparse}


def text(path: bytes) -> str:
    return "/" + path.decode("utf-8", "surrogateescape")


@settings(deadline=None, max_examples=60)
@given(st.sets(st.lists(NAMES, min_size=1, max_size=3).map(b"/".join), max_size=25), st.data())
def test_any_tree(
    tmp_path_factory: pytest.TempPathFactory, paths: set[bytes], data: st.DataObject
) -> None:
    for path in list(paths):
        parts = path.split(b"/")
        paths |= {b"/".join(parts[:end]) for end in range(1, len(parts))}
    lost = data.draw(st.sets(st.sampled_from(sorted(paths)))) if paths else set()
    there = [b"", *(paths - lost)]
    found = Lookup(written(tmp_path_factory.mktemp("any"), there, sorted(lost)))
    rows = {text(path): row(path) for path in there}
    for path in [*there, b"none", b"a/none", b"a\x00"]:
        assert found.get(text(path)) == rows.get(text(path))
        below = text(path).rstrip("/") + "/"
        inside = {text(other)[len(below) :] for other in paths if text(other).startswith(below)}
        assert found.names(text(path)) == sorted(name for name in inside if "/" not in name)
    for path in lost:
        assert (found.get(text(path)) or {})["fate"] == "unreadable"
    assert {item["path"] for item in found.sparse()} == {p for p in rows if "sparse" in rows[p]}


def test_many_rows_need_little_memory(tmp_path: Path) -> None:
    paths = [b"", *(os.fsencode(f"d{number:06}") for number in range(50_000))]
    place = written(tmp_path, paths, [])
    tracemalloc.start()
    found = Lookup(place)
    assert found.get("/d049999")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_a_damaged_ledger_is_named(tmp_path: Path) -> None:
    place = written(tmp_path, [b""], [])
    place.write_bytes(place.read_bytes()[:20])
    with pytest.raises(StoreDamaged, match="damaged"):
        Lookup(place)


@given(
    st.text().map(
        lambda text: text.encode("utf-8", "surrogatepass").decode(errors="surrogateescape")
    ),
    st.text(),
    st.lists(st.integers(), min_size=5, max_size=5),
    st.booleans(),
)
def test_a_line_is_what_json_makes_of_its_row(
    path: str, rule: str, numbers: list[int], changed: bool
) -> None:
    names = ("gid", "mode", "mtime_ns", "size", "uid")
    found = {"path": path, "fate": "layer x", "rule": rule, "kind": "f", "digest": "ab" * 32}
    more = {"changed": True} if changed else {}
    full: dict[str, Any] = {**found, **dict(zip(names, numbers, strict=True)), **more}
    for item in (full, {**found, **more}):
        assert ledger.line(item) == json.dumps(item, sort_keys=True).encode() + b"\n"
