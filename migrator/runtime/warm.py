"""Bring everything to the target and start nothing; take back a container that was started."""

from pathlib import Path
from typing import Any, Dict

from migrator.runtime import engines
from migrator.runtime.launch import STATE, launch
from migrator.runtime.run import attempt, output, succeeds

OURS = "/etc/migrator/"  # files that start nothing by lying there


def warm(spec: Dict[str, Any]) -> Dict[str, Any]:
    """As ``launch`` answers. A container that runs is taken back, and what it wrote to volumes is
    given up: they are as the snapshot has them when this ends."""
    withdraw(spec)
    engine, place = engines.chosen(), STATE / spec["name"]
    used = place / "used"
    for volume in spec["volumes"]:
        mark = place / "volumes" / volume["name"]
        if mark.exists() and (used.exists() or mark.read_text().strip() != volume["digest"]):
            engine.remove_volume(volume["name"])
            mark.unlink()
    quiet = [item for item in spec["files"] if item["path"].startswith(OURS)]
    answer = launch({**spec, "files": quiet, "start": False})
    if used.exists():
        used.unlink()
    return answer


def withdraw(params: Dict[str, Any]) -> Dict[str, Any]:
    """Stop the container and forget its unit, so that no boot of the target starts it either."""
    name = params["name"]
    unit = "{}.service".format(name)
    files = [Path("/etc/containers/systemd/{}.container".format(name))]
    known = [path for path in files if path.exists()]
    running = succeeds(["systemctl", "--quiet", "is-active", unit])
    if known or running:
        done = attempt(["systemctl", "stop", unit])
        if done.returncode and running:
            output(["systemctl", "stop", unit])
    for path in known:
        path.unlink()
    if known:
        output(["systemctl", "daemon-reload"])
        attempt(["systemctl", "reset-failed", unit])
    return {"changed": bool(known or running)}
