"""Steps of the user's own on the controller: executables, and files of Ansible tasks."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml

from migrator.cutover.scene import Scene
from migrator.errors import RemoteFailed
from migrator.plan import Switch
from migrator.transport.local import Local

GRACE = 5  # seconds between asking a script to end and killing it
LATE = (124, 137)  # how timeout(1) ends then
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
    with tempfile.TemporaryDirectory() as place:
        script = Path(switch.script).absolute()
        command = [str(script), direction]
        if script.suffix in (".yml", ".yaml"):
            command = _play(script, known, Path(place), scene.ends.inventory)
        # Whatever the script has started ends with it.
        bounded = ["timeout", f"--kill-after={GRACE}", str(switch.timeout), *command]
        with Local(name).open(bounded, known) as running:
            running.stdin.close()
            output = running.stdout.read()
            end = running.finish()
    if end.status:
        late = f"no end after {switch.timeout} s"
        why = late if end.status in LATE else f"status {end.status}"
        words = (output + end.stderr).decode("utf-8", "replace").strip().splitlines()[-3:]
        raise RemoteFailed(
            f"{name} ({switch.script} {direction}) failed with {why}: {' / '.join(words)}",
            "mend it; it is run again when you go on or back",
        )


def _play(
    tasks: Path, known: Mapping[str, str], place: Path, inventory: tuple[str, ...]
) -> list[str]:
    """The command that runs the tasks on the controller; they reach hosts by delegate_to."""
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.include_tasks": str(tasks)}],
    }
    (place / "play.yml").write_text(yaml.safe_dump([play]))
    beside = Path(sys.executable).with_name("ansible-playbook")
    program = str(beside) if os.access(beside, os.X_OK) else "ansible-playbook"
    variables = {key.lower(): value for key, value in known.items()}
    chosen = [word for path in inventory for word in ("-i", str(Path(path).absolute()))]
    return [program, *chosen, "-e", json.dumps(variables), str(place / "play.yml")]
