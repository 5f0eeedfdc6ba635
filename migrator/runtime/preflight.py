"""What must hold on the target before anything is changed there."""

import re
import socket
from pathlib import Path
from typing import Any, Dict, List, Tuple

from migrator.runtime.run import TARGET_UNFIT, Explained, attempt, output, succeeds
from migrator.runtime.volumes import free

OLDEST = (4, 7)  # podman that reads .container files and can show us a secret to compare
GENERATORS = ("/usr/lib/systemd/system-generators", "/lib/systemd/system-generators")


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
    version = _version(said.stdout.decode())
    if version < OLDEST:
        text = ".".join(map(str, version))
        _refuse(f"podman {text} is too old to run the container", "install podman 4.7 or later")
    if not any(Path(place, "podman-system-generator").exists() for place in GENERATORS):
        _refuse("podman's systemd generator is missing", "install podman from its full package")
    if not Path("/run/systemd/system").exists():
        _refuse("the target is not run by systemd", "choose a target with systemd")


def _version(text: str) -> Tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else (0, 0)


def _name(name: str) -> None:
    """A container of the same name that is not ours would be replaced."""
    label = '{{index .Config.Labels "io.migrator.name"}}'
    said = attempt(["podman", "container", "inspect", "--format", label, name])
    if said.returncode == 0 and said.stdout.decode().strip() != name:
        hint = "rename or remove it, or launch on another target"
        _refuse(f"a container {name} exists already and was not made by the toolkit", hint)


def _ports(ports: List[List[Any]]) -> None:
    for number, protocol in ports:
        kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", number))
            except OSError as error:
                hint = "choose another port in the plan's ports"
                _refuse(f"port {number}/{protocol} is taken ({error.strerror})", hint)


def _space(spec: Dict[str, Any]) -> None:
    place = output(["podman", "info", "--format", "{{.Store.GraphRoot}}"]).strip()
    image = spec["image"]
    lacking = 0 if succeeds(["podman", "image", "exists", image["tag"]]) else image["size"]
    lacking += sum(volume["size"] for volume in spec["volumes"] if not volume.get("filled"))
    if free(place) < lacking:
        message = f"{place} has {free(place) >> 20} MB free, {lacking >> 20} MB are needed"
        _refuse(message, "free some space there or choose another target")
