"""What has to change inside the tree so that it boots as a container: pure functions.

One module per subject. The plan's ``adapt`` switches off a subject, ``fstab: false``, or a single
change of one, ``"fstab:/etc/fstab": false``. Nothing is edited in place: every change becomes a
file of the image's top layer, with its reason in image.json.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from migrator.adapt import (
    boot,
    console,
    fstab,
    identity,
    inits,
    jobs,
    logs,
    names,
    network,
    pam,
    patches,
    processes,
    rsyslog,
    runtime,
    sandbox,
    swap,
    syslogng,
    units,
    upgrades,
)
from migrator.adapt.change import Change, Tree
from migrator.adapt.changed import Changed
from migrator.errors import PlanInvalid
from migrator.facts import Facts
from migrator.plan import Plan

__all__ = ["SUBJECTS", "Change", "Tree", "adapt"]

# Each sees what those before it have changed.
SUBJECTS = {
    "fstab": fstab.adapt,
    "pam": pam.adapt,
    "rsyslog": rsyslog.adapt,
    "syslogng": syslogng.adapt,
    "logs": logs.adapt,
    "units": units.adapt,
    "sandbox": sandbox.adapt,
    "processes": processes.adapt,
    "network": network.adapt,
    "names": names.adapt,
    "console": console.adapt,
    "swap": swap.adapt,
    "boot": boot.adapt,
    "runtime": runtime.adapt,
    "upgrades": upgrades.adapt,
    "patches": patches.adapt,
    "jobs": jobs.adapt,
    "inits": inits.adapt,
    "identity": identity.adapt,
}


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    """All changes by their paths; of several of one path the last has all of them. Raises
    PlanInvalid for a change that the plan names and nothing makes."""
    changes = []
    offered = set()
    changed = Changed(tree)
    for name, subject in SUBJECTS.items():
        for change in subject(found, plan, changed) if plan.adapt.get(name, True) else ():
            placed = _placed(plan, changed, change)
            offered.add(placed.key)
            if plan.adapt.get(placed.key, True):
                changed.add(placed)
                changes.append(placed)
    _require_known(plan, offered)
    return sorted(changes, key=lambda change: change.path)


def _require_known(plan: Plan, offered: set[str]) -> None:
    """What is switched off by a wrong name would be done after all, and nobody would be told."""
    for key in plan.adapt:
        subject, colon, _ = key.partition(":")
        if colon and key not in offered and plan.adapt.get(subject, True):
            near = get_close_matches(key, sorted(offered), n=1, cutoff=0.0)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise PlanInvalid(
                f"adapt names {key!r}, which changes nothing on this host",
                f"{hint}'migrator build --check --diff {plan.host}' shows all changes",
            )


def _placed(plan: Plan, tree: Changed, change: Change) -> Change:
    """Where links lead; a volume lies over what a layer has at its path, which is said then."""
    path = tree.place(change.path)
    decided = plan.path_decision(path)
    if decided and decided[1].decision == "volume":
        hidden = f"{change.reason}; without effect, since {decided[0]} is a volume: change it there"
        return replace(change, path=path, reason=hidden)
    return replace(change, path=path)
