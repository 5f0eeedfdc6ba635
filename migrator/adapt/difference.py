"""Changes as rows of before and after, as ``--diff`` shows them; secrets are hidden."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from itertools import groupby

from migrator.adapt.change import Change, Tree
from migrator.agent.redact import redacted

Row = dict[str, str]


def differences(changes: Iterable[Change], tree: Tree) -> Iterator[Row]:
    """A row for each path of ``changes``, which are sorted by it; ``tree`` is as it was before."""
    for path, group in groupby(changes, key=lambda change: change.path):
        of_path = list(group)
        why = "; ".join(f"{change.key} ({change.reason})" for change in of_path)
        there = tree.read(path) if not tree.link(path) else None
        yield {
            "before_header": path if tree.exists(path) else "/dev/null",
            "after_header": f"{path}\t{why}",
            "before": _shown(there, tree.link(path)),
            "after": _shown(of_path[-1].content, of_path[-1].target),
        }


def unified(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as a patch that people read, line by line; a file that nothing is in has a line."""
    for row in rows:
        lines = list(
            difflib.unified_diff(
                row["before"].splitlines(),
                row["after"].splitlines(),
                row["before_header"],
                row["after_header"],
                lineterm="",
            )
        )
        yield from lines or (f"--- {row['before_header']}", f"+++ {row['after_header']}")


def _shown(content: bytes | None, target: str) -> str:
    if target:
        return f"-> {target}\n"
    if b"\0" in (content or b""):
        return "(not text)\n"
    text = (content or b"").decode("utf-8", "replace")
    return "".join(redacted(line) for line in text.splitlines(keepends=True))
