"""delta: what changed since the last warm pass, read with everything at rest."""

from __future__ import annotations

import time

from migrator.cutover.scene import Scene
from migrator.cutover.steps.step import Row, Step
from migrator.cutover.sync import bring, measured


class Delta(Step):
    name = "delta"
    where = "target"

    def intent(self, scene: Scene, before: Row) -> str:
        return f"read the rest of {scene.host}: image and volumes as they are at rest"

    def do(self, scene: Scene, before: Row) -> Row:
        begun = time.monotonic()
        done = bring(scene.context, scene.ends, scene.plan, at_rest=True)
        measured(scene.work, "delta", time.monotonic() - begun)
        return {"said": f"read the last {done.words}"}
