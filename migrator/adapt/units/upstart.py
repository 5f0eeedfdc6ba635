"""Jobs of upstart: newer versions know the word ``manual`` in a file beside a job."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, rewrite
from migrator.facts import Facts

START = re.compile(r"start\s+on\b")
MARK = "# migrator: "


def disable(subject: str, found: Facts, tree: Tree, path: str, reason: str) -> Iterator[Change]:
    """Let nothing but a person start the job of the file ``path``."""
    if knows_manual(found):
        place = path.removesuffix(".conf") + ".override"
        before = (tree.read(place) or b"").decode("utf-8", "surrogateescape")
        if "manual" not in before.split():
            end = "" if before.endswith("\n") or not before else "\n"
            yield rewrite(subject, tree, place, f"{before}{end}manual\n", reason)
        return
    content = tree.read(path)
    if content is not None:
        before = content.decode("utf-8", "surrogateescape")
        after = without_start(before)
        if after != before:
            yield rewrite(subject, tree, path, after, reason)


def knows_manual(found: Facts) -> bool:
    """Since upstart 0.6.7; RHEL 6 has 0.6.5. An edit of the job itself does for all others."""
    release = found.system.os_version.partition(".")[0]
    return found.system.os_id == "ubuntu" and release.isdigit() and int(release) >= 11


def without_start(text: str) -> str:
    """The stanza ``start on`` commented, over all lines of its parentheses."""
    made, depth, inside = [], 0, False
    for line in text.splitlines(keepends=True):
        words = line.partition("#")[0]
        if inside or START.match(words):
            depth += words.count("(") - words.count(")")
            inside = depth > 0 or words.rstrip().endswith("\\")
            line = MARK + line
        made.append(line)
    return "".join(made)
