"""pam_loginuid: a container may not set the login uid, and must not refuse cron and ssh for it."""

from __future__ import annotations

import re

from migrator.adapt.change import Change, Tree, edit
from migrator.facts import Facts
from migrator.plan import Plan

REQUIRED = re.compile(r"^(\s*session\s+)(required|requisite)(\s+pam_loginuid\.so)")
REASON = "the login uid belongs to the target's audit; a required one would end every session"


def adapt(_: Facts, __: Plan, tree: Tree) -> list[Change]:
    def line(text: str) -> str:
        return REQUIRED.sub(r"\1optional\3", text)

    return [
        change
        for name in tree.names("/etc/pam.d")
        for change in edit("pam", tree, f"/etc/pam.d/{name}", line, REASON)
    ]
