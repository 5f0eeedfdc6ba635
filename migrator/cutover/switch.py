"""Steps of the user's own on the controller: executables, and files of Ansible tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from migrator import own_steps
from migrator.cutover.scene import Scene
from migrator.errors import RemoteFailed
from migrator.plan import Switch

Direction = Literal["do", "undo"]


def run_all(scene: Scene, switches: Mapping[str, Switch], direction: Direction) -> str:
    """In the order of their names, and back in the reverse one; "" without any, else " by NAMES".
    Raises RemoteFailed for the first that fails."""
    names = sorted(switches, reverse=direction == "undo")
    for name in names:
        _run(scene, name, switches[name], direction)
    return f" by {', '.join(names)}" if names else ""


def _run(scene: Scene, name: str, switch: Switch, direction: Direction) -> None:
    source, target = scene.ends.addresses
    known = {
        "MIGRATOR_DIRECTION": direction,
        "MIGRATOR_NAME": scene.host,
        "MIGRATOR_SOURCE": source.host or source.name,
        "MIGRATOR_TARGET": target.host or target.name,
        "MIGRATOR_TARGET_NAME": target.name,
    }
    end = own_steps.run(
        name, switch.script, (direction,), known, switch.timeout, scene.ends.inventory
    )
    if end.status:
        late = f"no end after {switch.timeout} s"
        why = late if end.status in own_steps.LATE else f"status {end.status}"
        words = (end.stdout + end.stderr).decode("utf-8", "replace").strip().splitlines()[-3:]
        raise RemoteFailed(
            f"{name} ({switch.script} {direction}) failed with {why}: {' / '.join(words)}",
            "mend it; it is run again when you go on or back",
        )
