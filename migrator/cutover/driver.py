"""Forward through the steps, and back from wherever it stands."""

from __future__ import annotations

import time

from migrator.cutover.scene import Scene
from migrator.cutover.steps import STEPS, Step
from migrator.errors import LeftToDo, MigratorError

# Where jobs may run on the target, they must not be let go on the source.
GUARDS = ("release",)


def forward(scene: Scene, until: str = "") -> None:
    """Each step that is not done yet, up to ``until``. One that fails takes all back, and its error
    says so."""
    journal = scene.journal
    for step in STEPS:
        if journal.result(step.name) is None:
            _take(scene, step)
        if step.name == until:
            return
    journal.write("finished")


def _take(scene: Scene, step: Step) -> None:
    journal, begun = scene.journal, time.monotonic()
    try:
        before = journal.before(step.name)
        if before is None:
            before = step.check(scene)
        journal.write("begun", step.name, before=before)
        result = step.do(scene, before)
    except Exception as error:
        failure = _named(error)
        journal.write("failed", step.name, said=failure.message)
        raise _after(scene, step, failure) from error
    journal.write("done", step.name, result=result)
    scene.context.tell(f"{step.name:<9} {time.monotonic() - begun:5.1f} s  {result['said']}")


def _named(error: Exception) -> MigratorError:
    """Not even a bug of ours leaves a host stopped."""
    if isinstance(error, MigratorError):
        return error
    message = f"unexpected {type(error).__name__}: {error}"
    return MigratorError(message, "a bug: report it with the lines above")


def _after(scene: Scene, step: Step, error: MigratorError) -> MigratorError:
    """Go back, and say both what failed and where things stand now."""
    scene.context.tell(f"{step.name} failed: {error.message}; going back")
    scene.ends.reconnect()
    said = back(scene)
    stands = f"nothing of {scene.host} was changed" if not said else f"{scene.host} serves again"
    kind = type(error)
    return kind(f"the cutover failed at {step.name}, {stands}: {error.message}", error.hint)


def back(scene: Scene, without_target: bool = False) -> list[str]:
    """Undo what was begun, the last first; what each undo said. Raises LeftToDo with all that
    remains where one fails: those after it are still done, unless jobs would run twice."""
    journal = scene.journal
    said: list[str] = []
    left: list[str] = []
    for step in reversed(STEPS):
        before = journal.before(step.name)
        if before is None:
            continue
        if without_target and step.where == "target" and step.by_hand(scene, before):
            left.append(f"{step.name}: {step.by_hand(scene, before)}")
            continue
        try:
            words = step.undo(scene, before)
        except MigratorError as error:
            left.append(f"{step.name}: {step.by_hand(scene, before) or error.message}")
            journal.write("stuck", step.name, said=str(error))
            scene.context.tell(f"{step.name} could not be taken back: {error}")
            scene.ends.reconnect()
            if step.name in GUARDS:
                left += _remaining(scene, step)
                raise _left(scene, left) from error
            continue
        journal.write("undone", step.name)
        if words:
            said.append(words)
            scene.context.tell(f"back      {words}")
    if left and not without_target:
        raise _left(scene, left)
    journal.write("back", left=left)
    return said


def _remaining(scene: Scene, stopped_at: Step) -> list[str]:
    """By hand, of the steps that were not tried."""
    rest = STEPS[: STEPS.index(stopped_at)]
    found = []
    for step in reversed(rest):
        before = scene.journal.before(step.name)
        if before is not None and (words := step.by_hand(scene, before)):
            found.append(f"{step.name}: {words}")
    return found


def _left(scene: Scene, left: list[str]) -> LeftToDo:
    return LeftToDo(
        f"{scene.host} is not wholly back; left to do: {' | '.join(left)}",
        f"mend the cause and run 'migrator rollback {scene.host}' again; it does only what is left."
        f" If {scene.target_name} is gone for good, give --without-target",
    )
