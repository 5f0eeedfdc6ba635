"""Upstart of EL6 and Ubuntu 14.04: jobs that do what the lines of inittab do for sysvinit.

No system of that age boots where this is tested: these files are checked, not run.
"""

from __future__ import annotations

from migrator.adapt.change import Change, Tree, write
from migrator.adapt.inits.inittab import UP
from migrator.runtime.inits import PLACE, REBOOTED

REASON = "upstart reads jobs, not inittab"
JOBS = {
    "migrator-stop": ("power-status-changed", "/sbin/telinit 0"),
    "migrator-up": ("stopped rc RUNLEVEL=[2345]", f"/bin/touch {UP}"),
    "migrator-halt": ("stopped rc RUNLEVEL=0", f"{PLACE}/end 0"),
    "migrator-reboot": ("stopped rc RUNLEVEL=6", f"{PLACE}/end {REBOOTED}"),
}


def adapt(tree: Tree) -> list[Change]:
    return [
        change
        for name, (event, command) in JOBS.items()
        for change in write("inits", tree, f"/etc/init/{name}.conf", _job(event, command), REASON)
    ]


def _job(event: str, command: str) -> str:
    about = "# What a container has in place of a power supply."
    return f"{about}\nstart on {event}\ntask\nexec {command}\n"
