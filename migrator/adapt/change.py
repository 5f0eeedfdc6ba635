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

    @property
    def key(self) -> str:
        """What the plan's ``adapt`` calls this single change."""
        return f"{self.subject}:{self.path}"


class Tree(Protocol):
    """The snapshot's files, read-only. Paths are absolute; symbolic links are followed, except for
    the last part of a path by ``exists`` and ``link``."""

    def read(self, path: str) -> bytes | None: ...

    def exists(self, path: str) -> bool: ...

    def link(self, path: str) -> str:
        """What the symbolic link at ``path`` says; "" where there is none."""

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
    return [rewrite(subject, tree, path, edited, reason)]


def rewrite(subject: str, tree: Tree, path: str, text: str, reason: str) -> Change:
    """``path`` with other content; owner and permissions stay."""
    data = text.encode("utf-8", "surrogateescape")
    mode, (uid, gid) = tree.mode(path), tree.owner(path)
    return Change(subject, "write", path, reason, data, mode=mode, uid=uid, gid=gid)


def write(subject: str, tree: Tree, path: str, text: str, reason: str) -> list[Change]:
    """A file of ours; no change when it is there already."""
    data = text.encode()
    return [] if tree.read(path) == data else [Change(subject, "write", path, reason, data)]


def link(subject: str, tree: Tree, path: str, target: str, reason: str) -> list[Change]:
    if tree.link(path) == target:
        return []
    return [Change(subject, "link", path, reason, target=target)]


def remove(subject: str, tree: Tree, path: str, reason: str) -> list[Change]:
    return [Change(subject, "remove", path, reason)] if tree.exists(path) else []


def comment(pattern: str) -> Callable[[str], str]:
    """Comment each line that ``pattern`` matches; the old text stays readable."""
    wanted = re.compile(pattern)
    return lambda line: f"# migrator: {line}" if wanted.match(line) else line
