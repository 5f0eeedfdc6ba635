"""Stop, start and remove a container; bring it to a new image, and back when that fails."""

import re
import shutil
from pathlib import Path
from typing import Any, Dict, List, Tuple

from migrator.runtime import engines, health
from migrator.runtime.engines import NOBODY, Engine
from migrator.runtime.launch import STATE, launch, status, write
from migrator.runtime.run import REMOTE_FAILED, Explained, attempt, output, succeeds

Row = Dict[str, Any]
HEALTH = {"command": [], "timeout": 120}
SECRETS = re.compile(r'(?:Secret="|/migrator/secrets/)([^,:"/\s]+)')
KEPT = ("volumes", "run")  # of the container's own directory: what a later launch has to know


def show(params: Row) -> Row:
    """What runs, since when, from which image; and what its hooks said at its last start."""
    engine = owned(params["name"])
    unit = engine.unit(params["name"])
    text = unit.read_text(errors="replace") if unit.exists() else ""
    image = re.search(r"localhost/migrator/\S+:[0-9a-f]{12}", text)
    return {
        **status(engine, params["name"]),
        "image": image.group(0) if image else _mounted(params["name"]),
        "hooks": _said(params["name"]),
    }


def _mounted(name: str) -> str:
    """Of an engine that is given layers."""
    root = Path("/etc/migrator", name, "root")
    text = root.read_text(errors="replace") if root.exists() else ""
    found = re.search(r"/migrator/images/'?(\S+:[0-9a-f]{12})", text)
    return "localhost/migrator/" + found.group(1) if found else ""


def _said(name: str) -> List[str]:
    """The last lines of its steps in the journal."""
    command = ["journalctl", "--boot", "--identifier", "migrator-" + name, "--output", "cat"]
    return attempt([*command, "--lines", "10"]).stdout.decode("utf-8", "replace").splitlines()


def stop(params: Row) -> Row:
    name = params["name"]
    owned(name)
    changed = succeeds(["systemctl", "--quiet", "is-active", name + ".service"])
    if changed and not params["check"]:
        output(["systemctl", "stop", name + ".service"])
    return {"changed": changed}


def start(params: Row) -> Row:
    """Raises Explained when it does not become healthy."""
    name = params["name"]
    engine = owned(name)
    changed = not succeeds(["systemctl", "--quiet", "is-active", name + ".service"])
    if not params["check"]:
        if changed:
            output(["systemctl", "start", name + ".service"])
        health.require(engine, name, HEALTH)
    return {"changed": changed}


def restart(params: Row) -> Row:
    engine = owned(params["name"])
    if not params["check"]:
        output(["systemctl", "restart", params["name"] + ".service"])
        health.require(engine, params["name"], HEALTH)
    return {"changed": True}


def remove(params: Row) -> Row:
    """{"changed", "volumes"}: all but its volumes, which are named."""
    name = params["name"]
    engine = engines.of(params)
    place = STATE / name
    marks = place / "volumes"
    known = sorted(path.name for path in marks.glob("*")) if marks.is_dir() else []
    kept = [volume for volume in known if engine.volume(volume) is not None]
    if engine.owner(name) == NOBODY and not engine.unit(name).exists():
        return {"changed": False, "volumes": kept}
    owned(name)
    if not params["check"]:
        remove_files(engine, name, place)
    return {"changed": True, "volumes": kept}


def remove_files(engine: Engine, name: str, place: Path) -> None:
    ours = Path("/etc/migrator", name)
    settings = Path("/etc/systemd/nspawn", name + ".nspawn")
    texts = [engine.unit(name), settings, place / "bundle/config.json"]
    said = "".join(path.read_text(errors="replace") for path in texts if path.exists())
    attempt(["systemctl", "stop", name + ".service"])
    attempt(["systemctl", "--quiet", "disable", name + ".service"])
    for path in (engine.unit(name), settings):
        if path.exists():
            path.unlink()
    output(["systemctl", "daemon-reload"])
    attempt(["systemctl", "reset-failed", name + ".service"])
    for secret in sorted(set(SECRETS.findall(said))):
        engine.remove_secret(secret)
    for tag in engine.images(name.lower()):
        engine.remove_image(tag)
    shutil.rmtree(str(ours), ignore_errors=True)
    for path in place.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(str(path)) if path.is_dir() else path.unlink()


def upgrade(spec: Row) -> Row:
    """As ``launch`` answers. A container that does not become healthy is taken back to what it was,
    with the volumes, name and network that it keeps anyway."""
    engine = engines.of(spec)
    name = spec["name"]
    if spec["check"] or engine.owner(name) != name:
        return launch(spec)
    before = [_saved(Path(item["path"])) for item in spec["files"][engine.name]]
    try:
        return launch(spec)
    except Explained as error:
        if before == [_saved(path) for path, _, _ in before]:
            raise  # nothing was changed
        _take_back(engine, name, before)
        raise Explained(
            f"{error.message}; {name} runs as before again", error.hint, REMOTE_FAILED
        ) from error


def _saved(path: Path) -> Tuple[Path, str, int]:
    """A mode of 0 for a file that is not there."""
    return (
        (path, path.read_text(), path.stat().st_mode & 0o7777) if path.exists() else (path, "", 0)
    )


def _take_back(engine: Engine, name: str, before: List[Tuple[Path, str, int]]) -> None:
    attempt(["systemctl", "stop", name + ".service"])
    for path, content, mode in before:
        if mode:
            write(path, content, mode)
        elif path.exists():
            path.unlink()
    output(["systemctl", "daemon-reload"])
    attempt(["systemctl", "reset-failed", name + ".service"])
    output(["systemctl", "start", name + ".service"])
    health.require(engine, name, HEALTH)


def owned(name: str) -> Engine:
    """Its engine. Raises Explained unless the toolkit launched it."""
    engine = engines.of({"name": name})
    if not engine.unit(name).exists():
        raise Explained(f"there is no container {name} here", "launch it first", REMOTE_FAILED)
    return engine
