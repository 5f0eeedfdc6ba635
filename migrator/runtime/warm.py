"""Bring everything to the target and start nothing; take back a container that was started."""

from typing import Any, Dict

from migrator.runtime import engines
from migrator.runtime.launch import READY, STATE, launch
from migrator.runtime.run import attempt, output, succeeds

OURS = "/etc/migrator/"  # files that start nothing by lying there


def warm(spec: Dict[str, Any]) -> Dict[str, Any]:
    """As ``launch`` answers. A container that runs is taken back; its volumes stay as they are, for
    ``refresh`` to bring them to the snapshot."""
    withdraw(spec)
    quiet = {
        name: [item for item in files if item["path"].startswith(OURS)]
        for name, files in spec["files"].items()
    }
    return launch({**spec, "files": quiet, "start": False})


def withdraw(params: Dict[str, Any]) -> Dict[str, Any]:
    """Stop the container and forget its unit, so that no boot of the target starts it either."""
    name = params["name"]
    unit = "{}.service".format(name)
    files = [engine.unit(name) for engine in engines.ENGINES.values() if engine.owner(name) == name]
    known = [path for path in files if path.exists()]
    running = succeeds(["systemctl", "--quiet", "is-active", unit])
    if known or running:
        done = attempt(["systemctl", "stop", unit])
        if done.returncode and running:
            output(["systemctl", "stop", unit])
    for path in known:
        path.unlink()
    ready = STATE / name / READY
    if ready.exists():
        ready.unlink()
    if known:
        output(["systemctl", "daemon-reload"])
        attempt(["systemctl", "reset-failed", unit])
    return {"changed": bool(known or running)}
