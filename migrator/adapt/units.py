"""Units that the plan masks or disables; everything else stays as it was."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree
from migrator.facts import Facts
from migrator.plan import Plan

PLACE = "/etc/systemd/system"


def adapt(_: Facts, plan: Plan, tree: Tree) -> list[Change]:
    return [
        change
        for name, service in sorted(plan.services.items())
        for change in _changes(name, service.decision, service.reason, tree)
    ]


def _changes(name: str, decision: str, reason: str, tree: Tree) -> Iterator[Change]:
    if decision == "mask":
        yield Change("units", "link", f"{PLACE}/{name}", reason, target="/dev/null")
    if decision == "disable":
        for directory in tree.names(PLACE):
            link = f"{PLACE}/{directory}/{name}"
            if directory.endswith((".wants", ".requires")) and tree.exists(link):
                yield Change("units", "remove", link, reason)
