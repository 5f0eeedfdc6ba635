"""sync: all that changed goes to the target in advance, while the source serves."""

from __future__ import annotations

from migrator.cutover import sync
from migrator.cutover.ends import Ends
from migrator.cutover.journal import Journal
from migrator.errors import UsageError
from migrator.plan import file as plan_file
from migrator.stages.context import Context, Outcome


def run(context: Context, ends: Ends) -> Outcome:
    work, host = context.work, context.host
    target = ends.addresses[1].name
    if context.check:
        return Outcome(True, f"would bring {host} to {target} and start nothing there")
    state = Journal(work.journal).state
    if state in ("open", "finished"):
        word = "has moved already" if state == "finished" else "is in the middle of a cutover"
        raise UsageError(f"{host} {word}", f"run 'migrator rollback {host}' to go back")
    plan = plan_file.load(work.plan, host)
    with work.lock("sync"):
        done = sync.converge(context, ends, plan, context.move.max_downtime)
    return Outcome(
        True,
        f"brought {host} to {target}: {done.said}",
        next=f"migrator cutover {host}",
        result={"churn": done.churn, "predicted": done.predicted, "seconds": done.seconds},
    )
