"""hold: cron, timers and at start nothing on the source any more, and what runs of them ends."""

from __future__ import annotations

import time

from migrator.cutover.scene import Scene
from migrator.cutover.services import jobs
from migrator.cutover.steps.step import Row, Step
from migrator.errors import RemoteFailed

PATIENCE = 120  # seconds for the schedulers to stop


class Hold(Step):
    name = "hold"
    where = "source"
    undoing = "let jobs start again"

    def check(self, scene: Scene) -> Row:
        return {"units": jobs(scene.units())}

    def intent(self, scene: Scene, before: Row) -> str:
        return f"hold {', '.join(before['units']) or 'no jobs'} on {scene.host}"

    def do(self, scene: Scene, before: Row) -> Row:
        patience = scene.plan.cutover.job_patience
        asked = {"units": before["units"], "patience": PATIENCE, "jobs": patience}
        left = scene.ends.source.call("control", "hold", asked)["left"]
        if left:
            shown = ", ".join(f"{row['command']} (pid {row['pid']})" for row in left[:5])
            raise RemoteFailed(
                f"{len(left)} jobs of {scene.host} still run after {patience} s: {shown}",
                "choose another hour, or raise job_patience in the plan's cutover",
            )
        said = f"held {len(before['units'])} units that start jobs; none runs any more"
        return {"said": said, "at": int(time.time())}

    def undo(self, scene: Scene, before: Row) -> str:
        """All that is held is let go at once: of services, when their own step comes first."""
        return free(scene, before["units"], PATIENCE)

    def by_hand(self, scene: Scene, before: Row) -> str:
        return by_hand(scene, before["units"])


def free(scene: Scene, units: list[str], patience: int) -> str:
    """Raises RemoteFailed for units that do not run again."""
    asked = {"units": units, "patience": patience}
    failed = scene.ends.source.call("control", "free", asked)["failed"]
    if failed:
        shown = "; ".join(f"{row['name']}: {row['why'] or 'no reason given'}" for row in failed)
        raise RemoteFailed(
            f"{len(failed)} of {len(units)} units do not start on {scene.host} ({shown})",
            f"see 'systemctl status {failed[0]['name']}' there, and roll back again",
        )
    return f"started {len(units)} units on {scene.host}"


def by_hand(scene: Scene, units: list[str]) -> str:
    drop_ins = "/etc/systemd/system/*.d/50-migrator-moved.conf (and in /run/systemd/system)"
    return (
        f"on {scene.host} remove {drop_ins}, then 'systemctl daemon-reload' and"
        f" 'systemctl start {' '.join(units)}'"
    )
