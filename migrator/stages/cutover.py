"""cutover: the source stops, the target starts, and each step can be taken back."""

from __future__ import annotations

import time
from datetime import datetime

from migrator.cutover import driver
from migrator.cutover.ends import Ends
from migrator.cutover.journal import Journal
from migrator.cutover.prober import Prober, points
from migrator.cutover.scene import Scene
from migrator.cutover.steps import STEPS
from migrator.errors import UsageError
from migrator.plan import file as plan_file
from migrator.stages.context import Context, Outcome

EARLY = 15.0  # seconds before the hour at which the wait ends


def run(context: Context, ends: Ends) -> Outcome:
    work, host, move = context.work, context.host, context.move
    if context.check and not work.plan.exists():
        return Outcome(True, f"would cut {host} over after its plan")
    scene = scene_of(context, ends)
    names = [step.name for step in STEPS]
    if move.until and move.until not in names:
        raise UsageError(f"{move.until!r} is no step", f"known are {', '.join(names)}")
    if context.check:
        return _rehearsed(scene)
    with work.lock("cutover"):
        journal = scene.journal = Journal(work.journal)
        if journal.state == "finished":
            return Outcome(False, f"{host} has moved to {scene.target_name} already", next="")
        if journal.state == "open" and not move.resume:
            raise _unfinished(scene)
        if journal.state != "open":
            journal.write("attempt", target=scene.target_name)
        if move.at and journal.result("stop") is None:
            _wait(scene, move.at)
        driver.forward(scene, move.until)
    return _outcome(scene)


def scene_of(context: Context, ends: Ends) -> Scene:
    plan = plan_file.load(context.work.plan, context.host)
    prober = Prober(points(plan, *ends.addresses))
    return Scene(context, ends, plan, Journal(context.work.journal), prober)


def _rehearsed(scene: Scene) -> Outcome:
    """Every step that is not done yet, as far as it can be known now; nothing is changed."""
    told = []
    for step in STEPS:
        if scene.journal.state == "open" and scene.journal.result(step.name) is not None:
            continue
        before = step.check(scene)
        back = f" (back: {step.undoing})" if step.undoing else ""
        told.append(f"{step.name:<9} {step.intent(scene, before)}{back}")
    for line in told:
        scene.context.tell(line)
    return Outcome(
        True,
        f"would cut {scene.host} over to {scene.target_name} in {len(told)} steps",
        result={"steps": told},
    )


def _unfinished(scene: Scene) -> UsageError:
    last = scene.journal.last()
    where = f"{last['event']} at {last['step']}" if last else "before its first step"
    return UsageError(
        f"the cutover of {scene.host} is unfinished: {where}",
        f"'migrator cutover {scene.host} --resume' goes on,"
        f" 'migrator rollback {scene.host}' goes back",
    )


def _wait(scene: Scene, at: str) -> None:
    """Until a moment by the controller's clock, after all that can be done before it."""
    try:
        moment = datetime.fromisoformat(at).timestamp()
    except ValueError as error:
        raise UsageError(f"{at!r} is no time", "give it as 2026-03-01T02:00") from error
    if moment < time.time():
        raise UsageError(f"{at} has passed", "give a time to come")
    driver.forward(scene, "preflight")
    scene.context.tell(f"waiting until {at}; Ctrl-C and 'migrator rollback' call it off")
    time.sleep(max(moment - time.time() - EARLY, 0.0))
    scene.ends.reconnect()


def _outcome(scene: Scene) -> Outcome:
    host, target = scene.host, scene.target_name
    predicted = (scene.journal.result("warm") or {}).get("predicted")
    downtime = (scene.journal.result("start") or {}).get("downtime")
    result = {"downtime": downtime, "predicted": predicted, "state": scene.journal.state}
    if scene.journal.state == "open":
        last = scene.journal.last().get("step", "")
        words = f"'migrator rollback {host}' goes back"
        return Outcome(
            True,
            f"{host} stands after {last}, as wanted; {words}",
            next=f"migrator cutover {host} --resume",
            result=result,
        )
    seen = f"down for {downtime:.1f} s" if downtime is not None else "its downtime was not seen"
    before = f" (predicted {predicted:.0f} s)" if predicted is not None else ""
    return Outcome(
        True,
        f"{host} runs on {target}, {seen}{before}; it stays stopped on the source",
        next=f"migrator rollback {host}, should you want it back",
        result=result,
    )
