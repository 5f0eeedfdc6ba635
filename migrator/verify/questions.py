"""What a host and its container are asked, so that their answers can be compared."""

from __future__ import annotations

from typing import Any

from migrator.assess.target import wishes
from migrator.facts import Facts
from migrator.plan import Plan
from migrator.plan.queries import every_check
from migrator.verify import agents, programs


def asked(plan: Plan, source: Facts, running: Facts) -> dict[str, Any]:
    """What the agent's verb probe is to ask, of the source and of the container. ``running`` is
    the one that is asked: its units have other processes than the other's."""
    commands = {name: [check.command, check.timeout] for name, check in every_check(plan).items()}
    mains = {unit: process.pid for unit, process in programs.main(running).items()}
    return {
        "urls": sorted(plan.probes),
        "commands": commands,
        "pids": {programs.INIT: 1, **mains},
        "peers": [list(peer) for peer in wishes.peers(source)],
        "names": wishes.names(source),
        "connections": [list(peer) for peer in agents.connections(source)],
        "log_line": "",
        "log_files": {},
    }
