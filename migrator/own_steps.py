"""What the user has of their own to run on the controller: executables and files of tasks."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from migrator.carrier import Result
from migrator.transport.local import Local

GRACE = 5  # seconds between asking a script to end and killing it
LATE = (124, 137)  # how timeout(1) ends then


def run(
    name: str,
    script: str,
    words: Sequence[str],
    known: Mapping[str, str],
    timeout: int,
    inventory: tuple[str, ...],
) -> Result:
    """How it ended, within ``timeout`` seconds. ``words`` are its arguments, ``known`` is in its
    environment; tasks of Ansible get that as variables in lower case."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(script).absolute()
        command = [str(path), *words]
        if path.suffix in (".yml", ".yaml"):
            command = _play(path, known, Path(place), inventory)
        # Whatever the script has started ends with it.
        bounded = ["timeout", f"--kill-after={GRACE}", str(timeout), *command]
        with Local(name).open(bounded, known) as running:
            running.stdin.close()
            output = running.stdout.read()
            end = running.finish()
    return Result(end.status, output, end.stderr)


def _play(
    tasks: Path, known: Mapping[str, str], place: Path, inventory: tuple[str, ...]
) -> list[str]:
    """The command that runs the tasks on the controller; they reach hosts by delegate_to."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.include_tasks": str(tasks)}],
    }
    (place / "play.yml").write_text(yaml.safe_dump([play]))
    beside = Path(sys.executable).with_name("ansible-playbook")
    program = str(beside) if os.access(beside, os.X_OK) else "ansible-playbook"
    variables = {key.lower(): value for key, value in known.items()}
    chosen = [word for path in inventory for word in ("-i", str(Path(path).absolute()))]
    return [program, *chosen, "-e", json.dumps(variables), str(place / "play.yml")]
