"""The agent's tree and read within the test, through the reader of the controller."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path

from migrator.agent import frames, read, tree
from migrator.contents import Content, answers
from migrator.entries import Entry, Unreadable, read_tree


def walked(root: Path, mounts: Sequence[str] = ()) -> list[Entry | Unreadable]:
    stream = io.BytesIO()
    stream.write(frames.MAGIC)
    with contextlib.chdir("."):
        tree.tree({"root": str(root), "mounts": mounts}, None, stream)
    stream.seek(0)
    return list(read_tree(stream))


def paths(root: Path) -> list[bytes]:
    return [item.path for item in walked(root) if isinstance(item, Entry)]


def contents_of(
    root: Path, wanted: Sequence[Entry], expected: bytes = b""
) -> list[tuple[Content | Unreadable, bytes]]:
    """Each answer with its data; ``expected``: the digest that is expected of each."""
    asked, stream = io.BytesIO(), io.BytesIO()
    files = b"".join(frames.wanted(entry.path, expected) for entry in wanted)
    frames.write(asked, b"W", frames.deflated(files))
    frames.write(asked, b"Z", b"")
    asked.seek(0)
    stream.write(frames.MAGIC)
    with contextlib.chdir("."):
        read.read({"root": str(root)}, asked, stream)
    stream.seek(0)
    found = []
    for answer in answers(stream, [(entry, expected) for entry in wanted]):
        data = b"".join(answer.pieces) if isinstance(answer, Content) else b""
        while isinstance(answer, Content) and answer.again:
            answer = answer.again
            data = b"".join(answer.pieces)
        found.append((answer, data))
    return found
