"""launch: the target pulls what it lacks and the runtime starts the rich container."""

from __future__ import annotations

from migrator import launch
from migrator.carrier import Carrier
from migrator.plan import file as plan_file
from migrator.stages.context import Context, Outcome


def run(context: Context, target: Carrier) -> Outcome:
    work, host = context.work, context.host
    if context.check and not work.image.exists():
        return Outcome(True, f"would launch {host} on {target.name} after its build")
    plan = plan_file.load(work.plan, host)
    with work.lock("launch"):
        done = launch.launch(target, work, plan, context.passwords, context.check)
    for warning in done["warnings"]:
        context.tell(f"warning: {warning}")
    actions = "; ".join(done["actions"]) or "already as wanted"
    verb = "would launch" if context.check and done["changed"] else "launched"
    return Outcome(
        done["changed"],
        f"{verb} {host} on {target.name}: {actions}",
        next=f"migrator verify {host}",
        diff=tuple(
            {
                "before_header": item["path"],
                "after_header": item["path"],
                "before": item["before"],
                "after": item["after"],
            }
            for item in done["diff"]
        ),
        result={"actions": done["actions"], "state": done["state"]},
    )
