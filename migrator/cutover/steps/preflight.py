"""preflight: everything that could be known before anything is changed."""

from __future__ import annotations

from pathlib import Path

from migrator.cutover.scene import Scene
from migrator.cutover.services import jobs, services
from migrator.cutover.steps.step import Row, Step
from migrator.errors import PlanInvalid, UsageError


class Preflight(Step):
    name = "preflight"
    where = "controller"

    def check(self, scene: Scene) -> Row:
        if scene.plan.jobs != "held":
            raise PlanInvalid(
                f"{scene.work.plan} releases the jobs at each launch, so that they would run twice",
                "set jobs: held there; the cutover releases them when the source's are held",
            )
        hooks = scene.plan.cutover.announce | scene.plan.cutover.traffic
        for name, switch in hooks.items():
            if not Path(switch.script).is_file():
                raise PlanInvalid(f"{switch.script} of {name} is no file", "correct the plan")
        found = scene.look()
        if found["held"]:
            raise UsageError(
                f"{scene.host} still holds services of an earlier cutover",
                f"run 'migrator rollback {scene.host}' first",
            )
        if not scene.work.snapshot.exists():
            hint = f"run 'migrator sync {scene.host}' once, or all stages up to snapshot"
            raise UsageError(f"{scene.host} has no snapshot to start from", hint)
        return {"init": found["init"]}

    def intent(self, scene: Scene, before: Row) -> str:
        return self._said(scene, before)

    def do(self, scene: Scene, before: Row) -> Row:
        return {"said": self._said(scene, before)}

    def _said(self, scene: Scene, before: Row) -> str:
        units = scene.units()
        serving, starting = services(units, scene.plan), jobs(units)
        return (
            f"{scene.host} ({before['init']}) has {len(serving)} units that serve and"
            f" {len(starting)} that start jobs; what {scene.target_name} takes in from its start on"
            " stays there if you go back"
        )
