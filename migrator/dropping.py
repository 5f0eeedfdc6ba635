"""Prove which of its grants a container needs: the runtime boots it once without each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from migrator import hostkeys, launch, vault
from migrator.carrier import Caller
from migrator.plan import Hooks, Plan
from migrator.plan.granted import Granted
from migrator.runtime.wanted import Wanted
from migrator.vault import Passwords
from migrator.workdir import Workdir

TRIAL = "trial"
ALONE = {"mode": "none", "parent": "", "address": "", "gateway": "", "mac": ""}
NO_HOOKS: dict[str, Any] = {"prestart": [], "poststop": [], "inside": []}


@dataclass(frozen=True)
class Dropped:
    """``seen``: what the container lacked without it, () where nothing was seen."""

    name: str
    seen: tuple[str, ...]

    @property
    def needed(self) -> bool:
        return bool(self.seen)


def drop_test(
    target: Caller, work: Workdir, plan: Plan, passwords: Passwords, grants: list[Granted]
) -> dict[str, Dropped]:
    """By its name, each of ``grants`` that is the plan's own. The container has to be launched."""
    kept = hostkeys.instead(work, plan, passwords, vault.read(work, passwords))
    bare = replace(plan, hooks=Hooks({}, {}))
    own = launch.state(work, plan, kept)
    trial = _trial(own)
    params = launch.document(trial, bare, {})
    without = []
    for grant in grants:
        if grant.by == "the plan":
            less = launch.document(_less(trial, grant), bare, {})["files"]
            files = {
                engine: [row for row in rows if row not in params["files"][engine]]
                for engine, rows in less.items()
            }
            without.append({"name": grant.name, "files": files})
    volumes = [
        {**mine, "of": theirs["name"]}
        for mine, theirs in zip(trial.volumes, own.volumes, strict=True)
    ]
    asked = {**params, "volumes": volumes, "of": own.name, "without": without}
    done = target.call("runtime", "drop", asked)
    return {name: Dropped(name, tuple(seen)) for name, seen in done["lost"].items()}


def _trial(own: Wanted) -> Wanted:
    """The same beside it: without network, jobs and hooks, with volumes and secrets of its own."""
    name = f"{own.name}-{TRIAL}"
    return own._replace(
        name=name,
        network=ALONE,
        ports=[],
        jobs="held",
        hooks=NO_HOOKS,
        restart="no",
        volumes=[{**row, "name": f"{row['name']}-{TRIAL}"} for row in own.volumes],
        secrets=[{**row, "name": f"{row['name']}-{TRIAL}"} for row in own.secrets],
        labels={**own.labels, "io.migrator.name": name},
    )


def _less(trial: Wanted, grant: Granted) -> Wanted:
    def rest(given: dict[str, str]) -> dict[str, str]:
        return {name: why for name, why in given.items() if name != grant.name}

    if grant.kind == "device":
        return trial._replace(devices=rest(trial.devices))
    return trial._replace(capabilities=rest(trial.capabilities))
