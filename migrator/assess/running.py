"""What runs on the host or would start with it, and what the plan makes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from migrator.assess.used import is_used
from migrator.facts import Facts
from migrator.plan import Plan

# Kinds of systemd's units that only order, watch or lead to others.
OTHERS = (
    *(".target", ".slice", ".scope", ".mount", ".automount", ".swap", ".device", ".path"),
    *(".timer", ".socket"),
)


@dataclass(frozen=True)
class Service:
    name: str  # of the unit
    state: str  # running | exited | failed …, in the words of its init; "" when unknown
    enabled: str  # enabled | disabled | static …, whether it starts at boot
    origin: str  # who starts it: systemd | sysv | upstart | inittab | xinetd …
    description: str
    user: str  # "" means root
    processes: int
    memory: int  # bytes of its processes; what they share counts for each
    decision: Literal["keep", "disable", "mask"]  # of the plan
    reason: str  # of that decision


def of(found: Facts, plan: Plan) -> tuple[Service, ...]:
    """By name; those that failed as well."""
    counts, memory = Counter[str](), Counter[str]()
    for process in found.processes:
        counts[process.unit] += 1
        memory[process.unit] += process.rss
    made = []
    for unit in found.units:
        named = not unit.name.endswith(OTHERS) and "@." not in unit.name
        if named and (is_used(unit) or unit.active == "failed"):
            choice = plan.services.get(unit.name)
            made.append(
                Service(
                    name=unit.name,
                    state=unit.sub or unit.active,
                    enabled=unit.enabled,
                    origin=unit.origin,
                    description=unit.description,
                    user=unit.user,
                    processes=counts[unit.name],
                    memory=memory[unit.name],
                    decision=choice.decision if choice else "keep",
                    reason=choice.reason if choice else "",
                )
            )
    return tuple(sorted(made, key=lambda service: service.name))
