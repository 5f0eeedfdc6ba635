"""Try a host's hooks on a target before its container is there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from migrator import hooks
from migrator.carrier import Carrier
from migrator.facts import Facts
from migrator.hooks import installed, volumes
from migrator.ledger import rows
from migrator.plan import Plan
from migrator.workdir import Workdir, read_json

PATIENCE = 60  # seconds that the engine may take beside the steps


@dataclass(frozen=True)
class Tried:
    hook: str
    step: str
    problem: str  # "" when it did what it should
    seconds: float


def render(work: Workdir, plan: Plan, found: Facts) -> hooks.Rendered:
    """The steps as a build would write them; before a snapshot nothing is known of volumes."""
    known = volumes.read(rows(work.ledger), plan, found) if work.ledger.exists() else None
    return hooks.render(plan, found, known or volumes.Volumes())


def rehearse(
    target: Carrier, work: Workdir, plan: Plan, found: Facts
) -> tuple[list[Tried], list[str]]:
    """How each step went, and what they printed."""
    name = f"{work.host}-rehearsal"
    mine = replace(plan, host=name)
    paths = [path for path, choice in plan.paths.items() if choice.decision == "volume"]
    plain = [path for path in paths if ":" not in path]
    inside = _inside(work, name, plain)
    files = installed.files(
        name, mine, render(work, mine, found), inside, results=f"/run/{name}/results"
    )
    patience = PATIENCE + installed.budget(plan.hooks.prestart)
    params = {"name": name, "files": files, "volumes": plain, "patience": patience}
    done = target.call("runtime", "rehearse", params)
    return [Tried(**row) for row in done["steps"]], done["said"]


def _inside(work: Workdir, name: str, paths: list[str]) -> dict[str, list[str]]:
    """Steps in the container see the image, where it is there already, and empty volumes."""
    built = read_json(work.image, "build") if work.image.exists() else None
    image = f"{built['repository']}:{built['manifest'][7:19]}" if built else "not-built"
    run = ["podman", "run", "--rm", "--replace", f"--name={name}-step", "--interactive"]
    run += [f"--volume={path}" for path in paths]
    run += [f"--volume=/var/lib/migrator/{name}/run:/run/migrator:ro", "--pull=never"]
    return {
        "run": run,
        "image": ["--entrypoint=", f"localhost/migrator/{image}"],
        "remove": ["podman", "rm", "--force", "--time=0", "--ignore", f"{name}-step"],
    }
