"""The generated steps: for each, its template and what of the plan it is given."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from migrator.facts import Facts
from migrator.hooks.volumes import Volumes
from migrator.plan import Plan
from migrator.plan.grants import of_interface

Given = Callable[[Plan, Facts, Volumes], dict[str, Any]]
FAMILY = re.compile(r"(^|\s)[0-9a-fA-F]*:[0-9a-fA-F:]*")


@dataclass(frozen=True)
class Generator:
    template: str
    given: Given


def _modules(plan: Plan, _: Facts, __: Volumes) -> dict[str, Any]:
    return {"modules": sorted(plan.modules.items()), "devices": sorted(plan.devices.items())}


def _routes(plan: Plan, _: Facts, __: Volumes) -> dict[str, Any]:
    """Routes before the rules that lead to them."""
    routes = [
        {
            "destination": key.partition(" table ")[0],
            "table": key.partition(" table ")[2] or "main",
            "via": route.via,
            "reason": route.reason,
            "family": _family(f"{key} {route.via}"),
        }
        for key, route in sorted(plan.network.routes.items())
    ]
    rules = [
        {
            "priority": priority,
            "selector": rule.selector.split(),
            "table": rule.table,
            "reason": rule.reason,
            "family": _family(rule.selector),
        }
        for priority, rule in sorted(plan.network.rules.items())
    ]
    return {"routes": routes, "rules": rules}


def _family(words: str) -> str:
    return "-6" if FAMILY.search(words) else "-4"


def _sysctls(plan: Plan, _: Facts, __: Volumes) -> dict[str, Any]:
    """Of single interfaces: those of the host have other names in the container."""
    split = [(of_interface(key), value) for key, value in sorted(plan.sysctls.items())]
    return {
        "sysctls": [
            {"directory": at[0], "interface": at[1], "key": at[2], "value": value}
            for at, value in split
            if at
        ]
    }


def _volumes(_: Plan, __: Facts, volumes: Volumes) -> dict[str, Any]:
    return {"tops": volumes.tops, "programs": volumes.programs}


def _clean(plan: Plan, _: Facts, volumes: Volumes) -> dict[str, Any]:
    emptied = []
    for path, why in sorted(plan.hooks.clean.items()):
        decided = plan.path_decision(path)
        on_volume = decided is not None and decided[1].decision == "volume"
        # What is on no volume is gone with the container anyway.
        if decided and on_volume:
            emptied.append({"volume": decided[0], "path": path[len(decided[0]) :], "why": why})
    return {"leftovers": volumes.leftovers, "emptied": emptied}


def _report(plan: Plan, _: Facts, __: Volumes) -> dict[str, Any]:
    return {"journal": plan.path_decision("/var/log/journal")}


GENERATED = {
    "prestart.d/05-modules": Generator("modules", _modules),
    "prestart.d/10-routes": Generator("routes", _routes),
    "prestart.d/20-sysctls": Generator("sysctls", _sysctls),
    "prestart.d/30-volumes": Generator("volumes", _volumes),
    "poststop.d/10-report": Generator("report", _report),
    "poststop.d/20-clean": Generator("clean", _clean),
}
