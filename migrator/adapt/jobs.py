"""Jobs wait until they are released: while the source lives, nothing may run twice."""

from __future__ import annotations

from migrator.adapt.change import Change, Tree
from migrator.facts import Facts
from migrator.plan import Plan

SCHEDULERS = ("cron.service", "crond.service", "anacron.service", "atd.service", "fcron.service")
FLAG = "/run/migrator/released"  # appears in the container when its jobs may run
DROP_IN = f"""\
# Nothing runs twice: jobs start when they are released on the target.
[Unit]
ConditionPathExists={FLAG}
"""
REASON = "jobs are held until the source's are stopped"


def adapt(found: Facts, _: Plan, __: Tree) -> list[Change]:
    return [
        Change(
            "jobs",
            "write",
            f"/etc/systemd/system/{name}.d/50-migrator-hold.conf",
            REASON,
            DROP_IN.encode(),
        )
        for name in held(found)
    ]


def held(found: Facts) -> list[str]:
    """Units that start jobs: the schedulers and all timers but systemd's own housekeeping."""
    return [
        unit.name
        for unit in found.units
        if unit.load == "loaded"
        and unit.origin != "user"
        and (unit.name in SCHEDULERS or unit.name.endswith(".timer"))
        and not unit.name.startswith("systemd-")
    ]
