"""/var/run and /var/lock are links to /run under systemd.

Where an old installation has directories in their place, files of dead processes would be part of
the image, and daemons that find one refuse to start.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, link
from migrator.facts import Facts
from migrator.plan import Plan

LINKS = {"/var/run": "/run", "/var/lock": "/run/lock"}
REASON = "under systemd this is a link: what a directory keeps is of processes that are gone"


def adapt(_: Facts, plan: Plan, tree: Tree) -> list[Change]:
    return list(_changes(tree)) if plan.init == "systemd" else []


def _changes(tree: Tree) -> Iterator[Change]:
    for path, target in LINKS.items():
        if tree.exists("/run") and tree.exists(path) and not tree.link(path):
            yield from link("runtime", tree, path, target, REASON)
