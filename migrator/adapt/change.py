"""One change of the tree, and how a subject sees the tree that it adapts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Change:
    """``write`` content, ``link`` to target, or ``remove`` the absolute ``path``."""

    subject: str
    action: Literal["write", "link", "remove"]
    path: str
    reason: str
    content: bytes = b""
    target: str = ""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


class Tree(Protocol):
    """The snapshot's files, read-only. Paths are absolute; symbolic links are followed."""

    def read(self, path: str) -> bytes | None: ...

    def exists(self, path: str) -> bool: ...

    def mode(self, path: str) -> int: ...

    def owner(self, path: str) -> tuple[int, int]: ...

    def names(self, directory: str) -> list[str]: ...


def edit(
    subject: str, tree: Tree, path: str, line: Callable[[str], str], reason: str
) -> list[Change]:
    """``path`` with each line passed through ``line``; no change when all stay as they are."""
    content = tree.read(path)
    if content is None:
        return []
    text = content.decode("utf-8", "surrogateescape")
    edited = "".join(line(part) for part in text.splitlines(keepends=True))
    if edited == text:
        return []
    data = edited.encode("utf-8", "surrogateescape")
    mode, (uid, gid) = tree.mode(path), tree.owner(path)
    return [Change(subject, "write", path, reason, data, mode=mode, uid=uid, gid=gid)]


def comment(pattern: str) -> Callable[[str], str]:
    """Comment each line that ``pattern`` matches; the old text stays readable."""
    wanted = re.compile(pattern)
    return lambda line: f"# migrator: {line}" if wanted.match(line) else line
