"""rollback: the old host serves again, from wherever its cutover stands."""

from __future__ import annotations

from migrator.cutover import driver
from migrator.cutover.ends import Ends
from migrator.cutover.scene import Scene
from migrator.cutover.steps import STEPS
from migrator.cutover.steps.hold import free
from migrator.cutover.steps.stop import START_PATIENCE
from migrator.stages.context import Context, Outcome
from migrator.stages.cutover import scene_of


def run(context: Context, ends: Ends) -> Outcome:
    work, host = context.work, context.host
    if context.check and not work.plan.exists():
        return Outcome(False, f"{host} was not cut over: nothing to take back")
    scene = scene_of(context, ends)
    if context.check:
        begun = [step.name for step in STEPS if scene.journal.before(step.name) is not None]
        words = f"would take back {', '.join(reversed(begun))}" if begun else "nothing to take back"
        return Outcome(bool(begun), f"{host}: {words}")
    with work.lock("rollback"):
        if scene.journal.state in ("open", "finished"):
            said = driver.back(scene, context.move.without_target)
        else:
            said = _forgotten(scene)
    words = "; ".join(said) or "nothing was left to take back"
    return Outcome(bool(said), f"{host} serves again: {words}", result={"undone": said})


def _forgotten(scene: Scene) -> list[str]:
    """What a cutover left of which this work directory knows nothing."""
    held = scene.look()["held"]
    return [free(scene, list(held), START_PATIENCE)] if isinstance(held, list) and held else []
