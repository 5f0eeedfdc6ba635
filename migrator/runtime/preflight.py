"""What must hold on the target before anything is changed there."""

from pathlib import Path
from typing import Any, Dict, List

from migrator.runtime import claims, engine
from migrator.runtime.run import TARGET_UNFIT, Explained, attempt, succeeds
from migrator.runtime.volumes import free

OLDEST = (4, 7)  # podman that reads .container files and can show us a secret to compare


def preflight(spec: Dict[str, Any]) -> None:
    """Raise Explained with code TARGET_UNFIT for the first thing that does not hold."""
    _engine()
    name = spec["name"]
    active = succeeds(["systemctl", "--quiet", "is-active", f"{name}.service"])
    _name(name)
    if not active:
        _ports(spec["ports"])
    _space(spec)


def _refuse(message: str, hint: str) -> None:
    raise Explained(message, hint, TARGET_UNFIT)


def _engine() -> None:
    said = attempt(["podman", "--version"])
    if said.returncode:
        _refuse("podman is not installed", "install podman 4.7 or later on the target")
    version = engine.version(said.stdout.decode())
    if version < OLDEST:
        text = ".".join(map(str, version))
        _refuse(f"podman {text} is too old to run the container", "install podman 4.7 or later")
    if not engine.has_generator():
        _refuse("podman's systemd generator is missing", "install podman from its full package")
    if not Path("/run/systemd/system").exists():
        _refuse("the target is not run by systemd", "choose a target with systemd")


def _name(name: str) -> None:
    """A container of the same name that is not ours would be replaced."""
    if claims.owner(name) not in (name, claims.NOBODY):
        hint = "rename or remove it, or launch on another target"
        _refuse(f"a container {name} exists already and was not made by the toolkit", hint)


def _ports(ports: List[List[Any]]) -> None:
    for port in claims.taken(ports):
        words = "port {port}/{protocol} is taken ({reason})".format(**port)
        _refuse(words, "choose another port in the plan's ports")


def _space(spec: Dict[str, Any]) -> None:
    place = engine.place()
    image = spec["image"]
    lacking = 0 if succeeds(["podman", "image", "exists", image["tag"]]) else image["size"]
    lacking += sum(volume["size"] for volume in spec["volumes"] if not volume.get("filled"))
    if free(place) < lacking:
        message = f"{place} has {free(place) >> 20} MB free, {lacking >> 20} MB are needed"
        _refuse(message, "free some space there or choose another target")
