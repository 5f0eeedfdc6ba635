"""release: the source keeps its jobs held over a reboot, and only then those of the target run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from migrator.cutover.scene import Scene
from migrator.cutover.steps.hold import PATIENCE
from migrator.cutover.steps.step import Row, Step
from migrator.jobs import Missed, Switched, switch


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
        held = scene.journal.result("hold") or {}
        done = _switch(scene, "released", int(held.get("at", 0)))
        missed = "; ".join(map(_told, done.missed))
        return {
            "said": f"released {len(done.units)} units on {scene.target_name}"
            + (f"; came due meanwhile: {missed}" if missed else ""),
            "missed": [asdict(row) for row in done.missed],
        }

    def undo(self, scene: Scene, before: Row) -> str:
        _switch(scene, "held")
        return f"held the jobs on {scene.target_name}"

    def by_hand(self, scene: Scene, before: Row) -> str:
        return f"on {scene.target_name} 'systemctl stop {scene.host}', or its jobs run twice"


def _switch(scene: Scene, wanted: Literal["held", "released"], since: int = 0) -> Switched:
    """What catches up missed runs, and how, is the plan's."""
    found = scene.context.facts()
    return switch(scene.ends.target, scene.host, scene.plan, found, wanted, since)


def _told(row: Missed) -> str:
    times = f"{row.times} times" if row.times > 1 else f"at {row.due}"
    return f"{row.where} ({times}, {'made up for' if row.made_up else 'not made up for'})"
