"""Services that are a line or a block of a file: of inittab, inetd, xinetd; and rc.local."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from migrator.adapt.change import Change, Tree, comment, edit, rewrite


def inittab(subject: str, tree: Tree, name: str, reason: str) -> list[Change]:
    """``name`` is the line's id."""
    return edit(subject, tree, "/etc/inittab", comment(rf"\s*{re.escape(name)}:"), reason)


def inetd(subject: str, tree: Tree, path: str, name: str, reason: str) -> list[Change]:
    """``name`` is "inetd/service/protocol"."""
    _, service, protocol = (*name.split("/"), "", "")[:3]
    line = comment(rf"{re.escape(service)}\s+\S+\s+{re.escape(protocol)}\S*\s")
    return edit(subject, tree, path.partition(":")[0], line, reason)


def xinetd(subject: str, tree: Tree, path: str, name: str, reason: str) -> Iterator[Change]:
    """The last ``disable`` of a block counts, so one is added at its end."""
    place = path.partition(":")[0]
    content = tree.read(place)
    if content is None:
        return
    text = content.decode("utf-8", "surrogateescape")
    block = re.compile(rf"(?ms)^(\s*service\s+{re.escape(name)}\s*\{{)(.*?)^(\s*\}})")
    found = block.search(text)
    if found and not re.search(r"(?m)^\s*disable\s*=\s*yes\b", found[2]):
        inside = re.sub(r"(?m)^(?=[ \t]*disable\s*=)", "# migrator: ", found[2])
        edited = text[: found.start(2)] + inside + "\tdisable = yes\n" + text[found.start(3) :]
        yield rewrite(subject, tree, place, edited, reason)


def not_executable(subject: str, tree: Tree, path: str, reason: str) -> Iterator[Change]:
    """Who runs it looks at that first."""
    content, mode = tree.read(path), tree.mode(path)
    if content is not None and mode & 0o111:
        text = content.decode("utf-8", "surrogateescape")
        yield replace(rewrite(subject, tree, path, text, reason), mode=mode & ~0o111)
