"""release: the source keeps its jobs held over a reboot, and only then those of the target run."""

from __future__ import annotations

from migrator.cutover.scene import Scene
from migrator.cutover.steps.hold import PATIENCE
from migrator.cutover.steps.step import Row, Step
from migrator.errors import RemoteFailed


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
        asked = {"name": scene.host, "units": before["units"]}
        failed = scene.ends.target.call("runtime", "release", asked)["failed"]
        if failed:
            raise RemoteFailed(
                f"{', '.join(failed)} does not start in the container on {scene.target_name}",
                f"see 'podman exec {scene.host} systemctl status {failed[0]}' there",
            )
        return {"said": f"released {len(before['units'])} units on {scene.target_name}"}

    def undo(self, scene: Scene, before: Row) -> str:
        asked = {"name": scene.host, "units": before["units"]}
        failed = scene.ends.target.call("runtime", "hold", asked)["failed"]
        if failed:
            raise RemoteFailed(
                f"{', '.join(failed)} does not stop in the container on {scene.target_name}",
                f"run 'systemctl stop {scene.host}' there, and roll back again",
            )
        return f"held the jobs on {scene.target_name}"

    def by_hand(self, scene: Scene, before: Row) -> str:
        return f"on {scene.target_name} 'systemctl stop {scene.host}', or its jobs run twice"
