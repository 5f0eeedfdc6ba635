"""syslog-ng: it does not start where a source of the kernel's log cannot be opened."""

from __future__ import annotations

import re

from migrator.adapt.change import Change, Tree, rewrite
from migrator.facts import Facts
from migrator.plan import Plan

REASON = "a container cannot read the kernel's log; the target's own syslog has it"
# A driver of its own with its semicolon: options in it have parentheses at most once more.
DRIVER = re.compile(
    r"""\b(?:file|pipe|linux-audit)\s*\(\s*["']?/(?:proc|dev)/kmsg["']?(?:[^()]|\([^()]*\))*\)\s*;"""
)
COMMENT = re.compile(r"(?m)^\s*#.*$")


def adapt(found: Facts, _: Plan, tree: Tree) -> list[Change]:
    places = {item.where.rpartition(":")[0] for item in found.syslog.inputs}
    changes = []
    for path in sorted(place for place in places if "syslog-ng" in place):
        text = (tree.read(path) or b"").decode("utf-8", "surrogateescape")
        edited = _without(text)
        if edited != text:
            changes.append(rewrite("syslogng", tree, path, edited, REASON))
    return changes


def _without(text: str) -> str:
    """Each driver becomes a comment on lines of its own; what stands beside it stays."""
    commented = [match.span() for match in COMMENT.finditer(text)]

    def note(match: re.Match[str]) -> str:
        if any(begin <= match.start() < end for begin, end in commented):
            return match[0]
        line = text.rfind("\n", 0, match.start()) + 1
        alone = not text[line : match.start()].strip()
        words = "\n".join(f"# migrator: {part.strip()}" for part in match[0].splitlines())
        rest = text[match.end() :].partition("\n")[0]
        return ("" if alone else "\n") + words + ("\n" if rest.strip() else "")

    return DRIVER.sub(note, text)
