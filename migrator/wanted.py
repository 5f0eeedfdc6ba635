"""The state that a plan wants its container to be in, for whatever engine runs it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from migrator.errors import PlanInvalid
from migrator.plan import Plan
from migrator.plan.grants import of_interface
from migrator.runtime.inits import INITS
from migrator.runtime.wanted import Wanted

LIMITS = ("cpus", "memory", "pids", "shm_size", "disk")
BYTES = ("memory", "shm_size", "disk")
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
Row = dict[str, Any]


def wanted(
    plan: Plan,
    name: str,
    image: Row,
    volumes: Sequence[Row] = (),
    secrets: Sequence[Row] = (),
    sparse: Sequence[str] = (),
) -> Wanted:
    """Raises PlanInvalid for what contradicts itself."""
    init = INITS[plan.init]
    return Wanted(
        name=name,
        host=plan.host,
        engine=plan.container.engine,
        init=plan.init,
        command=list(plan.container.command or init.command),
        user=plan.container.user,
        console=plan.adapt.get("logs", True) or not init.systemd,
        env=dict(plan.container.env),
        image=image,
        volumes=[_portable(row) for row in volumes],
        secrets=[_portable(row) for row in secrets],
        hostname=plan.network.hostname,
        hosts=dict(plan.network.hosts),
        dns=list(plan.container.dns),
        network=_network(plan),
        ports=_ports(plan),
        capabilities={key: why.reason for key, why in sorted(plan.capabilities.items())},
        devices={path: why.reason for path, why in sorted(plan.devices.items())},
        sysctls={
            key: setting.value
            for key, setting in sorted(plan.sysctls.items())
            if not of_interface(key)  # a step of prestart sets those
        },
        ulimits={k: v.value for k, v in sorted(plan.limits.items()) if k not in LIMITS},
        limits={k: _limit(k, v.value) for k, v in sorted(plan.limits.items()) if k in LIMITS},
        health={"command": list(plan.container.health), "timeout": plan.container.health_timeout},
        restart=plan.container.restart,
        stop_signal=plan.container.stop_signal or init.stop_signal,
        stop_timeout=plan.stop_timeout,
        labels={**plan.container.labels, "io.migrator.name": name},
        hooks=_hooks(plan),
        jobs=plan.jobs,
        sparse=list(sparse),
    )


def _hooks(plan: Plan) -> Row:
    """The names of the steps, and of those that run in a short-lived container."""
    steps = {"prestart": plan.hooks.prestart, "poststop": plan.hooks.poststop}
    inside = [
        key for named in steps.values() for key, hook in named.items() if hook.where != "target"
    ]
    return {**{phase: sorted(named) for phase, named in steps.items()}, "inside": sorted(inside)}


def _network(plan: Plan) -> Row:
    chosen = plan.container
    if chosen.network == "macvlan" and not (chosen.parent and chosen.address):
        message = "network macvlan needs the target's interface and an address"
        raise PlanInvalid(message, "set container.parent and container.address in the plan")
    return {
        "mode": chosen.network,
        "parent": chosen.parent,
        "address": chosen.address,
        "gateway": chosen.gateway,
        "mac": chosen.mac,
    }


def _ports(plan: Plan) -> list[Row]:
    """What is asked of the target: nothing for a container with an address of its own."""
    made: list[Row] = []
    for key, port in sorted(plan.ports.items()):
        inside, _, protocol = key.partition("/")
        if plan.container.network == "host" and int(inside) != port.target:
            message = (
                f"port {key} cannot be {port.target} on the target in the target's own network"
            )
            hint = "give it the same number, stop its service, or choose bridge or macvlan"
            raise PlanInvalid(message, hint)
        row = {"inside": int(inside), "target": port.target, "protocol": protocol}
        made.append({**row, "reason": port.reason})
    return [] if plan.container.network in ("macvlan", "none") else made


def _limit(key: str, text: str) -> str:
    """Bytes as a plain number; the others as they are."""
    if key not in BYTES:
        return text
    found = re.fullmatch(r"(\d+)([kmgt]?)i?b?", text.strip().lower())
    if not found:
        raise PlanInvalid(f"limit {key} is {text!r}, no number of bytes", "write it as 512M")
    return str(int(found[1]) * UNITS[found[2]])


def _portable(row: Row) -> Row:
    """Engines part a mount's words by colons and commas."""
    if re.search(r"[:,\n]", row["path"]):
        message = f"no engine can mount at {row['path']!r}"
        raise PlanInvalid(message, "keep it in the image: its path has a colon or a comma")
    return row
