"""build: adapt the tree, add image config and manifest, render the hooks; no host is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migrator import hooks, hostkeys, image, patches, programs, scan, snapshot, vault
from migrator.adapt import adapt, identity
from migrator.adapt.difference import differences
from migrator.adapt.patches.fit import Refused
from migrator.adapt.patches.make import proposals
from migrator.errors import PlanInvalid, SecretLeft
from migrator.facts import Facts
from migrator.hooks import volumes
from migrator.layers import stacked
from migrator.plan import Plan
from migrator.plan import file as plan_file
from migrator.stages.context import Context, Outcome
from migrator.store import Store
from migrator.workdir import Workdir, read_json


def run(context: Context, _: None = None) -> Outcome:
    work, host = context.work, context.host
    if context.check and not work.snapshot.exists():
        return Outcome(True, f"would build the image of {host} after its snapshot")
    found = context.facts()
    plan = patches.reviewed(plan_file.load(work.plan, host), work)
    before = read_json(work.image, "build") if work.image.exists() else {}
    if context.check and not before:
        return Outcome(True, f"would build the image of {host}")
    tree = image.SnapshotTree(work)
    try:
        changes = adapt(found, plan, tree)
    except Refused as refused:
        hint = f"mend it in {work.patches}, or set its decision to skip in {work.plan}"
        raise PlanInvalid(str(refused), hint) from refused
    if plan.init == "dumb-init":
        changes += programs.changes(found.system.architecture)
    diff = tuple(differences(changes, tree))
    if context.check:
        changed = not image.is_built(work, plan, changes)
        return Outcome(changed, f"would build {host} with {len(changes)} changes", diff=diff)
    with work.lock("build"):
        made = image.build(work, plan, found, changes)
        kept = volumes.read(tree.below(volumes.paths(plan)), plan, found)
        hooks.write(hooks.render(plan, found, kept), work)
        scanned = _scan(context, plan, made)
        hostkeys.make(work, plan, context.passwords, identity.host_keys(found))
        waiting = patches.write(proposals(found, plan, tree), plan, work)
        pods = _pods(context, plan, found, made) if context.kubernetes else ""
    changed = before.get("manifest") != made["manifest"]
    return Outcome(
        changed,
        f"built {made['reference']} ({len(changes)} changes): {scanned}"
        + _to_review(plan, work, waiting)
        + pods,
        next=f"migrator launch {host}",
        diff=diff,
        result={key: made[key] for key in ("reference", "manifest")},
    )


def again(context: Context) -> None:
    """After a snapshot of the same plan: only where the image would become another one it is built,
    else it gets what its volumes hold now."""
    work = context.work
    plan = patches.reviewed(plan_file.load(work.plan, context.host), work)
    if work.image.exists() and plan.init != "dumb-init":
        changes = adapt(context.facts(), plan, image.SnapshotTree(work))
        if image.is_built(work, plan, changes):
            image.refill(work)
            return
    run(context)


def _scan(context: Context, plan: Plan, made: dict[str, Any]) -> scan.Scan:
    """Of the finished image; one with a secret in it is withdrawn."""
    work = context.work
    names = [*stacked(snapshot.load(work).layers), "adaptations"]
    layers = dict(zip(names, made["layers"], strict=False))
    try:
        return scan.scan(work, plan, layers, vault.read(work, context.passwords), _about(work))
    except SecretLeft:
        image.withdraw(work)
        raise


def _about(work: Workdir) -> list[Path]:
    """The documents that go with the layers, to the target or to whoever gets the image."""
    store = Store(work.store)
    blobs = []
    for described in store.described(work.host):
        manifest = store.document(described["digest"])
        blobs += [manifest["config"], described]
        blobs += [layer for layer in manifest["layers"] if "json" in layer["mediaType"]]
    steps = [path for path in work.hooks.rglob("*") if path.is_file()]
    return [work.image, work.sbom, *steps, *(store.blob(blob["digest"]) for blob in blobs)]


def _pods(context: Context, plan: Plan, found: Facts, made: dict[str, Any]) -> str:
    """Write the Kustomize directory; the end of the sentence."""
    from migrator import kubernetes  # most builds need none of it

    work, passwords = context.work, context.passwords
    secrets = hostkeys.instead(work, plan, passwords, vault.read(work, passwords))
    lost = kubernetes.write(work, plan, found, made, secrets)
    words = f", without {'; '.join(lost)}" if lost else ""
    return f"; wrote {work.path / 'kubernetes'}{words}"


def _to_review(plan: Plan, work: Workdir, waiting: int) -> str:
    """What a person has to look at, as the end of the sentence."""
    units = [name for name, one in plan.processes.items() if one.decision != "none"]
    made = [name for name in units if not plan.processes[name].reviewed]
    parts = [f"{waiting} patches in {work.patches}"] if waiting else []
    if made:
        parts.append(f"{', '.join(made)}, made of processes without a unit")
    return f"; to review: {'; '.join(parts)}" if parts else ""
