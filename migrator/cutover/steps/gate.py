"""gate: verify decides whether the container is the host; if not, everything goes back."""

from __future__ import annotations

from migrator.cutover.scene import Scene
from migrator.cutover.steps.step import Row, Step
from migrator.stages import verify


class Gate(Step):
    name = "gate"
    where = "controller"

    def intent(self, scene: Scene, before: Row) -> str:
        return "verify the container, and go back by itself if it differs without a reason"

    def do(self, scene: Scene, before: Row) -> Row:
        outcome = verify.run(scene.context, scene.ends.target)
        if outcome.failure:
            raise outcome.failure
        return {"said": outcome.message}
