"""fstab: the engine mounts what the plan decided; nothing is left for the init to mount."""

from __future__ import annotations

from migrator.adapt.change import Change, Tree, comment, edit
from migrator.facts import Facts
from migrator.plan import Plan

REASON = "disks are the engine's; systemd-remount-fs.service fails on the line of /"


def adapt(_: Facts, __: Plan, tree: Tree) -> list[Change]:
    return edit("fstab", tree, "/etc/fstab", comment(r"\s*[^#\s]"), REASON)
