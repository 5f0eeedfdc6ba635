"""stop: services end cleanly, those that need others first; from here on the source is down."""

from __future__ import annotations

import time

from migrator.cutover.scene import Scene
from migrator.cutover.services import services
from migrator.cutover.steps.hold import by_hand, free
from migrator.cutover.steps.step import Row, Step
from migrator.cutover.sync import measured
from migrator.errors import RemoteFailed

START_PATIENCE = 600  # seconds for all services to start again


class Stop(Step):
    name = "stop"
    where = "source"
    undoing = "start the services again"

    def check(self, scene: Scene) -> Row:
        return {"units": services(scene.units(), scene.plan)}

    def intent(self, scene: Scene, before: Row) -> str:
        return f"stop {', '.join(before['units']) or 'no service'} on {scene.host}"

    def do(self, scene: Scene, before: Row) -> Row:
        scene.ends.prepare()
        asked = {"units": before["units"], "patience": scene.plan.stop_timeout}
        with scene.prober.source():
            begun = time.time()
            unclean = scene.ends.source.call("control", "hold", asked)["unclean"]
        if unclean and scene.plan.cutover.unclean == "abort":
            names = ", ".join(f"{row['name']} ({row['why']})" for row in unclean)
            raise RemoteFailed(
                f"{names} had to be killed on {scene.host}: its data may be half written",
                "see why it does not end; 'unclean: warn' in the plan's cutover accepts it",
            )
        last = scene.prober.last_answer
        measured(scene.work, "stop", time.time() - min(last.values(), default=begun))
        return {"said": f"stopped {len(before['units'])} units", "last_answer": last}

    def undo(self, scene: Scene, before: Row) -> str:
        return free(scene, before["units"], START_PATIENCE)

    def by_hand(self, scene: Scene, before: Row) -> str:
        return by_hand(scene, before["units"])
