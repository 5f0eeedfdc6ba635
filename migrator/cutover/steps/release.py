"""release: the source keeps its jobs held over a reboot, and only then those of the target run."""

from __future__ import annotations

from migrator.cutover.scene import Scene
from migrator.cutover.steps.hold import PATIENCE
from migrator.cutover.steps.step import Row, Step


class Release(Step):
    name = "release"
    where = "target"
    undoing = "hold the jobs in the container again"

    def check(self, scene: Scene) -> Row:
        return {"units": (scene.journal.before("hold") or {}).get("units", [])}

    def intent(self, scene: Scene, before: Row) -> str:
        return (
            f"let jobs run on {scene.target_name}, after they are held over a reboot of the source"
        )

    def do(self, scene: Scene, before: Row) -> Row:
        lasting = {"units": before["units"], "patience": PATIENCE, "lasting": True, "stop": False}
        lasting["marker"] = f"Moved to {scene.target_name}; 'migrator rollback' brings it back.\n"
        scene.ends.source.call("control", "hold", lasting)
        done = _switch(scene, "released")
        overdue = f"; {len(done['overdue'])} jobs of at were overdue" if done["overdue"] else ""
        return {"said": f"released {len(done['units'])} units on {scene.target_name}{overdue}"}

    def undo(self, scene: Scene, before: Row) -> str:
        _switch(scene, "held")
        return f"held the jobs on {scene.target_name}"

    def by_hand(self, scene: Scene, before: Row) -> str:
        return f"on {scene.target_name} 'systemctl stop {scene.host}', or its jobs run twice"


def _switch(scene: Scene, jobs: str) -> Row:
    """What catches up missed runs, and how, is the plan's."""
    asked = {"name": scene.host, "jobs": jobs, "init": scene.plan.init, "check": False}
    asked["catch_up"] = scene.plan.jobs_catch_up
    done: Row = scene.ends.target.call("runtime", "jobs", asked)
    return done
