"""start: the container starts with its jobs held, and answers where the source did."""

from __future__ import annotations

import time

from migrator.cutover import container
from migrator.cutover.scene import Scene
from migrator.cutover.steps.step import Row, Step
from migrator.cutover.sync import measured
from migrator.errors import RemoteFailed


class Start(Step):
    name = "start"
    where = "target"
    undoing = "stop the container and forget its unit; volumes stay"

    def intent(self, scene: Scene, before: Row) -> str:
        return f"start the container on {scene.target_name}, its jobs held"

    def do(self, scene: Scene, before: Row) -> Row:
        stopped = (scene.journal.result("stop") or {}).get("last_answer", {})
        with scene.prober.target(stopped):
            begun = time.time()
            states = (scene.journal.result("ready") or {}).get("volumes", {})
            started = container.start(scene, states)
            silent = scene.prober.wait(scene.plan.cutover.answer_patience)
        if silent:
            raise RemoteFailed(
                f"{scene.target_name} does not answer within"
                f" {scene.plan.cutover.answer_patience} s: {', '.join(silent)}",
                "see the service in the container; raise answer_patience if it only needs longer",
            )
        if started:
            measured(scene.work, "start", (scene.prober.answered or time.time()) - begun)
        down = scene.prober.downtime
        said = f"{scene.target_name} answers" if scene.prober.points else "the container runs"
        return {"said": said, "downtime": down}

    def undo(self, scene: Scene, before: Row) -> str:
        scene.ends.target.call("runtime", "withdraw", {"name": scene.host})
        return f"stopped the container on {scene.target_name}"

    def by_hand(self, scene: Scene, before: Row) -> str:
        unit = f"the files that 'systemctl cat {scene.host}' names"
        return f"on {scene.target_name} 'systemctl stop {scene.host}', and remove {unit}"
