"""Podman of today: a .container file, which podman's generator makes the unit of."""

from pathlib import Path
from typing import Optional, Tuple

from migrator.runtime import engine
from migrator.runtime.engines.podman import Podman
from migrator.runtime.run import attempt

OLDEST = (4, 7)  # podman that reads .container files and can show us a secret to compare


class Quadlet(Podman):
    name = "quadlet"

    def unfit(self) -> Optional[Tuple[str, str]]:
        said = attempt(["podman", "--version"])
        if said.returncode:
            return "podman is not installed", "install podman 4.7 or later on the target"
        version = engine.version(said.stdout.decode())
        if version < OLDEST:
            text = ".".join(map(str, version))
            return f"podman {text} is too old to run the container", "install podman 4.7 or later"
        if not engine.has_generator():
            return "podman's systemd generator is missing", "install podman from its full package"
        if not Path("/run/systemd/system").exists():
            return "the target is not run by systemd", "choose a target with systemd"
        return None
