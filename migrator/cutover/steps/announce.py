"""announce: people who are logged in, and what else the plan wants told."""

from __future__ import annotations

from migrator.cutover import switch
from migrator.cutover.scene import Scene
from migrator.cutover.steps.step import Row, Step

OFF = "This host does not move now after all: its services go on."


class Announce(Step):
    name = "announce"
    where = "source"
    undoing = "tell that the host stays"

    def intent(self, scene: Scene, before: Row) -> str:
        hooks = ", ".join(scene.plan.cutover.announce) or "no step of yours"
        return f"tell those who are logged in on {scene.host}, and run {hooks}"

    def do(self, scene: Scene, before: Row) -> Row:
        text = scene.plan.cutover.announcement
        if text:
            scene.ends.source.call("control", "tell", {"text": text})
        done = switch.run_all(scene, scene.plan.cutover.announce, "do")
        return {"said": f"told {scene.host}{done}"}

    def undo(self, scene: Scene, before: Row) -> str:
        if scene.plan.cutover.announcement:
            scene.ends.source.call("control", "tell", {"text": OFF})
        switch.run_all(scene, scene.plan.cutover.announce, "undo")
        return f"told {scene.host} that it stays"

    def by_hand(self, scene: Scene, before: Row) -> str:
        return f"tell the users of {scene.host} that it stays"
