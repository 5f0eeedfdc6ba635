"""Unified diffs: read them, and apply them where they still fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")
NO_NEWLINE = "\\ No newline at end of file"


class Refused(ValueError):
    """A sentence that names the patch and what does not fit."""


@dataclass
class Hunk:
    start: int  # line of the old file, from 1
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)


def sections(name: str, text: str) -> Iterator[tuple[str, list[Hunk]]]:
    """(absolute path, hunks) of each file that the patch ``name`` changes."""
    lines = text.splitlines()
    found: list[tuple[str, list[Hunk]]] = []
    for number, line in enumerate(lines):
        match = HUNK.match(line)
        if line.startswith("+++ ") and number and lines[number - 1].startswith("--- "):
            found.append((_path(name, line), []))
        elif match and found:
            found[-1][1].append(Hunk(int(match[1])))
        elif found and found[-1][1]:
            _add(found[-1][1][-1], line, lines[number + 1 : number + 2])
    if not any(hunks for _, hunks in found):
        raise Refused(f"{name} is no unified diff, or changes nothing")
    yield from found


def _path(name: str, line: str) -> str:
    path = "/" + line[4:].partition("\t")[0].strip().partition("/")[2]
    if path == "/" or "/../" in f"{path}/":
        raise Refused(f"{name} names no file as b/path: {line}")
    return path


def _add(hunk: Hunk, line: str, after: list[str]) -> None:
    end = "" if after == [NO_NEWLINE] else "\n"
    if line[:1] in (" ", "-") or not line:
        hunk.old.append(line[1:] + end)
    if line[:1] in (" ", "+") or not line:
        hunk.new.append(line[1:] + end)


def applied(name: str, path: str, text: str, hunks: list[Hunk]) -> str:
    """``text`` with the hunks; one that is there already changes nothing. Raises Refused."""
    lines = text.splitlines(keepends=True)
    moved = 0
    for hunk in hunks:
        at = _place(lines, hunk.old, hunk.start - 1 + moved)
        if at is None:
            if _place(lines, hunk.new, hunk.start - 1 + moved) is None:
                wanted = next((line for line in hunk.old if line not in lines), hunk.old[0])
                said = f"the lines from {hunk.start} on are not as they were, {wanted.strip()!r}"
                raise Refused(f"{name} no longer applies to {path}: {said}")
            continue
        lines[at : at + len(hunk.old)] = hunk.new
        moved += len(hunk.new) - len(hunk.old)
    return "".join(lines)


def _place(lines: list[str], wanted: list[str], at: int) -> int | None:
    """Where ``wanted`` is: at its line, or at the only other place."""
    size = len(wanted)
    if size and lines[at : at + size] == wanted:
        return at
    others = [n for n in range(len(lines) - size + 1) if size and lines[n : n + size] == wanted]
    return others[0] if len(others) == 1 else None
