"""ready: all that the container needs is on the target, so that nothing is left but its start."""

from __future__ import annotations

from migrator.cutover import container
from migrator.cutover.scene import Scene
from migrator.cutover.steps.step import Row, Step


class Ready(Step):
    name = "ready"
    where = "target"
    undoing = "forget the container's unit; volumes stay"

    def intent(self, scene: Scene, before: Row) -> str:
        return f"make the container ready on {scene.target_name}, and not start it"

    def do(self, scene: Scene, before: Row) -> Row:
        said = f"the container waits on {scene.target_name} for its start"
        return {"said": said, "volumes": container.ready(scene)}

    def undo(self, scene: Scene, before: Row) -> str:
        """What ran was stopped by the step that started it."""
        scene.ends.target.call("runtime", "withdraw", {"name": scene.host})
        return ""

    def by_hand(self, scene: Scene, before: Row) -> str:
        return f"on {scene.target_name} remove /etc/containers/systemd/{scene.host}.container"
