"""warm: a last pass while everything serves, so that little is left for the one that counts."""

from __future__ import annotations

from migrator.cutover.scene import Scene
from migrator.cutover.steps.step import Row, Step
from migrator.cutover.sync import converge


class Warm(Step):
    name = "warm"
    where = "target"

    def intent(self, scene: Scene, before: Row) -> str:
        return f"bring what has changed to {scene.target_name} while {scene.host} serves"

    def do(self, scene: Scene, before: Row) -> Row:
        last = converge(scene.context, scene.ends, scene.plan, scene.plan.cutover.max_downtime)
        return {"said": last.said, "predicted": last.predicted}
