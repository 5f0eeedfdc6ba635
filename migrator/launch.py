"""Bring the container into its wanted state on a target; the runtime there does the work."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Literal

from migrator import hooks, hostkeys, registry, ship, units, vault
from migrator.carrier import Carrier
from migrator.cutover.journal import Journal
from migrator.hooks import installed
from migrator.hooks.installed import budget
from migrator.plan import Plan
from migrator.runtime.engines import AUTO
from migrator.runtime.wanted import Wanted
from migrator.store import Store
from migrator.vault import Passwords, Secrets
from migrator.wanted import wanted as wanted_of
from migrator.workdir import Workdir, read_json, write_json

Row = dict[str, Any]
Verb = Literal["launch", "warm", "ready", "upgrade"]
Start = Literal[True, False, "running"]  # the last: only what runs already


def launch(
    target: Carrier,
    work: Workdir,
    plan: Plan,
    passwords: Passwords,
    check: bool,
    verb: Verb = "launch",
    start: Start = True,
) -> dict[str, Any]:
    """{"changed", "actions", "diff", "warnings", "state"} as the runtime saw it; launch.json has
    the state. ``warm`` brings everything there and starts nothing; ``ready`` does all but the
    start."""
    wanted = {**asked(work, plan, passwords), "start": start}
    pushed = not check and registry.push(work, plan, wanted["image"])
    done = call(target, Store(work.store), verb, {**wanted, "check": check})
    if pushed:
        action = f"put the image into {plan.container.registry}"
        done |= {"changed": True, "actions": [action, *done["actions"]]}
    if verb not in ("warm", "ready") and start is True and not check:
        record(work, target.name, done)
    return done


def record(work: Workdir, target: str, done: Row) -> None:
    """Write launch.json from what the runtime said of a container that runs."""
    state = done["state"]
    row = {
        "name": work.host,
        "target": target,
        "launched_at": _first(work, target, state["started_at"]),
        "inside": state["inside"],
        "volumes": done["volumes"],  # what they hold there, so that the store keeps it
    }
    if done["changed"]:
        row["seconds"] = done["seconds"]
    write_json(work.launch, row)


def asked(work: Workdir, plan: Plan, passwords: Passwords) -> Row:
    """All that the runtime is told of the container."""
    wanted = spec(work, plan, hostkeys.instead(work, plan, passwords, vault.read(work, passwords)))
    wanted["image"] |= registry.asked(plan, wanted["image"], passwords)
    wanted["image"] |= {"zstd": has_zstd(Store(work.store), wanted["image"]["manifest"])}
    return wanted


def call(target: Carrier, store: Store, verb: str, wanted: Row) -> Row:
    """The runtime's answer; meanwhile it can fetch from ``store``."""
    with ship.served(store) as (port, prefix), target.tunnel(port) as there:
        served = {**wanted["image"], "port": there, "prefix": prefix}
        done: Row = target.call("runtime", verb, {**wanted, "image": served})
    return done


def has_zstd(store: Store, manifest: str) -> bool:
    return any("zstd" in row["mediaType"] for row in store.document(manifest)["layers"])


def _first(work: Workdir, target: str, started_at: int) -> int:
    """What a container wrote to its volumes before it was started again was written by it too."""
    before = read_json(work.launch, "launch") if work.launch.exists() else {}
    if before.get("target") != target:
        return started_at
    return min(started_at, int(before["launched_at"]))


def spec(work: Workdir, plan: Plan, kept: Secrets) -> dict[str, Any]:
    """Everything that the target needs to know, as data."""
    wanted = state(work, plan, kept)._replace(jobs=jobs(work, plan))
    return document(wanted, plan, hooks.written(plan, work), _init_version(work))


def state(work: Workdir, plan: Plan, kept: Secrets) -> Wanted:
    """What was built, as the plan wants it."""
    built = read_json(work.image, "build")
    name = work.host
    volumes = [
        {"name": claimed(name, path), "path": path, **blob}
        for path, blob in built["volumes"].items()
    ]
    secrets = [
        {**row, "name": claimed(name, path), "path": path, "mode": f"{row['mode']:04o}"}
        for path, row in sorted(kept.items())
    ]
    tag = f"localhost/migrator/{built['repository']}:{built['manifest'][7:19]}"
    image = {
        "repository": built["repository"],
        "manifest": built["manifest"],
        "tag": tag,
        "size": built["size"],
    }
    return wanted_of(plan, name, image, volumes, secrets, built["sparse"])


def document(wanted: Wanted, plan: Plan, steps: hooks.Rendered, init_version: int = 0) -> Row:
    """``wanted`` with the files of each engine that may run it, as the runtime takes it."""
    named = [wanted.engine] if wanted.engine != AUTO else list(units.FILES)
    budgets = (budget(plan.hooks.prestart), budget(plan.hooks.poststop))
    return {
        **wanted._asdict(),
        "init_version": init_version,
        "catch_up": plan.jobs_catch_up,
        "tools": hooks.tools(plan),
        "files": {
            engine: [
                *units.files(wanted, engine, *budgets),
                *installed.files(wanted.name, plan, steps, units.steps_inside(wanted, engine)),
            ]
            for engine in named
        },
    }


def _init_version(work: Workdir) -> int:
    """Of the host's systemd; 0 when unknown."""
    facts = read_json(work.facts, "discover") if work.facts.exists() else {}
    system = facts.get("system", {})
    return int(system.get("init_version") or 0)


def jobs(work: Workdir, plan: Plan) -> str:
    """After a cutover they are released, whatever the plan had to say before it."""
    return "released" if Journal(work.journal).result("release") else plan.jobs


def ports(plan: Plan) -> list[list[Any]]:
    """[number, protocol] that the container takes on the target."""
    return [[port.target, inside.partition("/")[2]] for inside, port in plan.ports.items()]


def claimed(host: str, path: str) -> str:
    """A name for a volume or secret that people recognise and that no other path shares."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-")[:60]
    return f"{host}-{readable}-{hashlib.sha256(path.encode()).hexdigest()[:6]}"
