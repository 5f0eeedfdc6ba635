"""traffic: the user's own steps send clients to the target."""

from __future__ import annotations

from migrator.cutover import switch
from migrator.cutover.scene import Scene
from migrator.cutover.steps.step import Row, Step


class Traffic(Step):
    name = "traffic"
    where = "controller"
    undoing = "your steps are run again with 'undo'"

    def intent(self, scene: Scene, before: Row) -> str:
        return f"run {', '.join(scene.plan.cutover.traffic) or 'no step of yours'} to switch over"

    def do(self, scene: Scene, before: Row) -> Row:
        done = switch.run_all(scene, scene.plan.cutover.traffic, "do")
        return {"said": f"switched{done}" if done else "the plan names no step that switches"}

    def undo(self, scene: Scene, before: Row) -> str:
        done = switch.run_all(scene, scene.plan.cutover.traffic, "undo")
        return f"switched back{done}" if done else ""

    def by_hand(self, scene: Scene, before: Row) -> str:
        names = ", ".join(scene.plan.cutover.traffic)
        return f"send clients to {scene.host} again, as {names} would with 'undo'" if names else ""
