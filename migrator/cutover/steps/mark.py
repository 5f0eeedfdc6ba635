"""mark: the source keeps its services stopped over a reboot, and says where they went."""

from __future__ import annotations

import time

from migrator.cutover.scene import Scene
from migrator.cutover.steps.step import Row, Step

PATIENCE = 60  # seconds; nothing is stopped here


class Mark(Step):
    name = "mark"
    where = "source"
    undoing = "let services start at the next boot again"

    def check(self, scene: Scene) -> Row:
        stopped = (scene.journal.before("stop") or {}).get("units", [])
        held = (scene.journal.before("hold") or {}).get("units", [])
        return {"units": [*stopped, *held]}

    def intent(self, scene: Scene, before: Row) -> str:
        return f"keep services of {scene.host} stopped over a reboot; /etc/migrator/moved says so"

    def do(self, scene: Scene, before: Row) -> Row:
        moment = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        marker = f"Moved to {scene.target_name} at {moment}; 'migrator rollback' brings it back.\n"
        asked = {"units": before["units"], "patience": PATIENCE, "lasting": True, "stop": False}
        scene.ends.source.call("control", "hold", {**asked, "marker": marker})
        return {"said": f"{len(before['units'])} units of {scene.host} stay stopped over a reboot"}

    def undo(self, scene: Scene, before: Row) -> str:
        """What is held goes with the steps that held it: until then nothing may start."""
        return ""
