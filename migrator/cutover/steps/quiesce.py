"""quiesce: databases write what they have in memory, or a dump, just before they stop."""

from __future__ import annotations

from migrator.cutover.databases import DUMPS, script
from migrator.cutover.scene import Scene
from migrator.cutover.steps.step import Row, Step
from migrator.errors import RemoteFailed

PATIENCE = 90  # seconds for a flush; a dump takes as long as it takes
DUMP_PATIENCE = 4 * 3600


class Quiesce(Step):
    name = "quiesce"
    where = "source"
    undoing = "remove its dumps"

    def check(self, scene: Scene) -> Row:
        chosen = scene.plan.cutover.databases
        wanted = {name: c.action for name, c in sorted(chosen.items()) if c.action != "none"}
        for name in wanted:
            script(name, chosen[name])
        return {"databases": wanted}

    def intent(self, scene: Scene, before: Row) -> str:
        return self._listed(before) or "no database to make ready"

    def do(self, scene: Scene, before: Row) -> Row:
        """A flush that fails costs time, a dump that fails is one that somebody relies on."""
        failed = []
        for name, action in before["databases"].items():
            text = script(name, scene.plan.cutover.databases[name])
            patience = DUMP_PATIENCE if action == "dump" else PATIENCE
            asked = {"script": text, "patience": patience}
            done = scene.ends.source.call("control", "run_script", asked)
            if done["status"] and action == "dump":
                raise RemoteFailed(
                    f"{name} could not be dumped on {scene.host}: {done['said']}",
                    "mend it, or give it a script of your own in the plan's cutover.databases",
                )
            if done["status"]:
                failed.append(f"{name} was not made ready ({done['said']}), its stop takes longer")
        return {"said": "; ".join([self._listed(before) or "no database to make ready", *failed])}

    def undo(self, scene: Scene, before: Row) -> str:
        if "dump" not in before["databases"].values():
            return ""
        asked = {"script": f"rm -rf {DUMPS}", "patience": PATIENCE}
        scene.ends.source.call("control", "run_script", asked)
        return f"removed the dumps of {scene.host}"

    def by_hand(self, scene: Scene, before: Row) -> str:
        dumped = "dump" in before["databases"].values()
        return f"remove {DUMPS} on {scene.host}" if dumped else ""

    def _listed(self, before: Row) -> str:
        return ", ".join(f"{action} {name}" for name, action in before["databases"].items())
