"""plan: propose every decision; what people changed in plan.yml stays as they wrote it."""

from __future__ import annotations

from migrator.plan import file as plan_file
from migrator.plan.merge import merge, overlay
from migrator.plan.propose import propose
from migrator.stages.context import Context, Outcome


def run(context: Context, _: None = None) -> Outcome:
    """The inventory's choices are a part of the proposal, so an edit of the file overrules them."""
    work, host = context.work, context.host
    if context.check and not work.facts.exists():
        return Outcome(True, f"would plan {host} after it is discovered")
    proposed = overlay(plan_file.dump(propose(context.facts(), host)), context.choices)
    plan_file.check(proposed, "migrator_choices", host)
    last = plan_file.read(work.plan_defaults) if work.plan_defaults.exists() else {}
    edited = plan_file.read(work.plan) if work.plan.exists() else last
    merged = merge(last, edited, proposed)
    plan = plan_file.check(merged, str(work.plan), host)
    changed = merged != edited or not work.plan.exists()
    if not context.check and (changed or last != proposed):
        with work.lock("plan"):
            plan_file.save(work.plan_defaults, proposed)
            plan_file.save(work.plan, merged)
    return Outcome(
        changed,
        f"planned {host}: {len(plan.services)} services, {len(plan.paths)} paths, "
        f"{len(plan.ports)} ports decided in {work.plan}",
        next=f"migrator snapshot {host}",
    )
