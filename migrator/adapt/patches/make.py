"""Make the patches that are proposed: one for each file with literals of the host's own."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from migrator.adapt.change import Tree
from migrator.adapt.patches.fit import NO_NEWLINE
from migrator.facts import Facts
from migrator.facts.literals import OwnLiteral
from migrator.plan import Plan
from migrator.plan.literals import hidden, in_applications, line_of, name_of, path_of, replacement

# What may not stand before and behind a literal: it would be a part of another one.
AROUND = {
    "address": (r"(?<![0-9a-z.])", r"(?![0-9]|[.][0-9])"),
    "address6": (r"(?<![0-9a-f.:])", r"(?![0-9a-f:])"),
    "name": (r"(?<![0-9a-z_.-])", r"(?![0-9a-z_-]|[.][0-9a-z])"),
    "mac": (r"(?<![0-9a-f])(?<![0-9a-f][:-])", r"(?![0-9a-f]|[:-][0-9a-f])"),
}
BEGINNING = "What is this host's own in "
HEAD = f"""\
{BEGINNING}{{path}}.

The container has another address and another network card. Approve this in the plan, after you
have looked at each line: patches: {{{{{{name}}: {{{{decision: apply}}}}}}}}

"""


def proposals(found: Facts, plan: Plan, tree: Tree) -> dict[str, str]:
    """Name -> text of each patch, for files that a layer can change."""
    files: dict[str, list[OwnLiteral]] = {}
    for one in in_applications(found):
        files.setdefault(path_of(one), []).append(one)
    made = {}
    for path, literals in files.items():
        text = None if hidden(plan, path) else _text(tree, path)
        patch = _patch(found, plan, path, text, literals) if text is not None else ""
        if patch:
            made[name_of(path)] = patch
    return made


def _text(tree: Tree, path: str) -> str | None:
    """None also for what is no UTF-8: a patch is to be read by people."""
    try:
        content = tree.read(path)
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def _patch(found: Facts, plan: Plan, path: str, text: str, literals: list[OwnLiteral]) -> str:
    lines = text.splitlines(keepends=True)
    edited, evidence = list(lines), []
    for one in literals:
        new, number = replacement(found, plan, one), line_of(one)
        if new == one.literal or number > len(lines):
            continue
        before = edited[number - 1]
        edited[number - 1] = new.join(_spelled(one).split(before))
        if edited[number - 1] != before:
            evidence.append(f"line {number}: {one.kind} {one.literal} -> {new}\n")
    if not evidence:
        return ""
    head = HEAD.format(path=path, name=name_of(path))
    return "".join([head, *evidence, "\n", *_diff(path, lines, edited)])


def _spelled(one: OwnLiteral) -> re.Pattern[str]:
    """The literal in whatever case, a MAC with either sign, and not as a part of another one."""
    text = re.escape(one.literal)
    if one.kind == "mac":
        text = text.replace(":", "[:-]")
    kind = "address6" if one.kind == "address" and ":" in one.literal else one.kind
    before, behind = AROUND[kind]
    return re.compile(before + text + behind, re.IGNORECASE)


def _diff(path: str, before: list[str], after: list[str]) -> Iterator[str]:
    for line in difflib.unified_diff(before, after, f"a{path}", f"b{path}"):
        yield line if line.endswith("\n") else f"{line}\n{NO_NEWLINE}\n"
