"""What has to change inside the tree so that it boots as a container: pure functions.

One module per subject; each can be switched off in the plan under ``adapt``. Nothing is edited in
place: every change becomes a file of the image's top layer, with its reason in image.json.
"""

from __future__ import annotations

from migrator.adapt import fstab, identity, jobs, network, pam, rsyslog, units
from migrator.adapt.change import Change, Tree
from migrator.facts import Facts
from migrator.plan import Plan

__all__ = ["SUBJECTS", "Change", "Tree", "adapt"]

SUBJECTS = {
    "fstab": fstab.adapt,
    "pam": pam.adapt,
    "rsyslog": rsyslog.adapt,
    "units": units.adapt,
    "network": network.adapt,
    "jobs": jobs.adapt,
    "identity": identity.adapt,
}


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    """All changes, in the order of their paths."""
    changes = [
        change
        for name, subject in SUBJECTS.items()
        if plan.adapt.get(name, True)
        for change in subject(found, plan, tree)
    ]
    return sorted(changes, key=lambda change: change.path)
