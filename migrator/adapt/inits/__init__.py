"""What the container's init needs: nothing for systemd, more for the others."""

from __future__ import annotations

from migrator.adapt.change import Change, Tree
from migrator.adapt.inits import supervised, sysv
from migrator.facts import Facts
from migrator.plan import Plan


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    if plan.init == "sbin-init":
        return sysv.adapt(found, plan, tree)
    if plan.init == "dumb-init":
        return supervised.adapt(found, plan, tree)
    return []
