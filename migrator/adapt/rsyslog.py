"""rsyslog: the kernel's log is the target's; reading it from a container is refused."""

from __future__ import annotations

import re

from migrator.adapt.change import Change, Tree, rewrite
from migrator.facts import Facts
from migrator.plan import Plan

KERNEL = re.compile(
    r"""\s*(\$ModLoad\s+im(klog|kmsg)\b|(module|input)\(.*"im(klog|kmsg)"|\$klog)""", re.I | re.S
)
REASON = "a container cannot read the kernel's log; the target's own syslog has it"


def adapt(found: Facts, _: Plan, tree: Tree) -> list[Change]:
    """A statement may take several lines: each of them is commented."""
    wanted: dict[str, set[int]] = {}
    for statement in found.syslog.statements:
        path, _colon, number = statement.where.rpartition(":")
        if "rsyslog" in path and number.isdigit() and KERNEL.match(statement.raw):
            last = int(number) + statement.raw.rstrip("\n").count("\n")
            wanted.setdefault(path, set()).update(range(int(number), last + 1))
    changes = []
    for path, numbers in sorted(wanted.items()):
        text = (tree.read(path) or b"").decode("utf-8", "surrogateescape")
        lines = text.splitlines(keepends=True)
        edited = "".join(
            f"# migrator: {line}" if number in numbers and not line.startswith("#") else line
            for number, line in enumerate(lines, 1)
        )
        if edited != text:
            changes.append(rewrite("rsyslog", tree, path, edited, REASON))
    return changes
