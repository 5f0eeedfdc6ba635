"""build: adapt the tree, add image config and manifest, render the hooks; no host is touched."""

from __future__ import annotations

from migrator import hooks, image
from migrator.adapt import adapt
from migrator.adapt.difference import differences
from migrator.hooks import volumes
from migrator.ledger import rows
from migrator.plan import file as plan_file
from migrator.stages.context import Context, Outcome
from migrator.workdir import read_json


def run(context: Context, _: None = None) -> Outcome:
    work, host = context.work, context.host
    if context.check and not work.snapshot.exists():
        return Outcome(True, f"would build the image of {host} after its snapshot")
    found = context.facts()
    plan = plan_file.load(work.plan, host)
    before = read_json(work.image, "build") if work.image.exists() else {}
    if context.check and not before:
        return Outcome(True, f"would build the image of {host}")
    tree = image.SnapshotTree(work)
    changes = adapt(found, plan, tree)
    diff = tuple(differences(changes, tree))
    if context.check:
        changed = not image.is_built(work, plan, changes)
        return Outcome(changed, f"would build {host} with {len(changes)} changes", diff=diff)
    with work.lock("build"):
        made = image.build(work, plan, found, changes)
        kept = volumes.read(rows(work.ledger), plan, found)
        hooks.write(hooks.render(plan, found, kept), work)
    changed = before.get("manifest") != made["manifest"]
    return Outcome(
        changed,
        f"built {made['reference']} ({len(made['layers'])} layers, {len(changes)} changes)",
        next=f"migrator launch {host}",
        diff=diff,
        result={key: made[key] for key in ("reference", "manifest")},
    )
