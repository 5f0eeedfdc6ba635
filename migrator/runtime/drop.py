"""Boot a container with all that it is given, and without each of it, to see what it needs.

What is booted has the image, secrets and volumes of one that was launched, but no network, no jobs
and no hooks, and what it writes to a volume goes to a layer above it that is thrown away.
"""

import base64
import shutil
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

from migrator.runtime import health, view
from migrator.runtime.engines import Engine
from migrator.runtime.launch import STATE, write
from migrator.runtime.lifecycle import owned, remove_files
from migrator.runtime.run import TARGET_UNFIT, Explained, attempt, output

Row = Dict[str, Any]
UP = ("running", "degraded")
OPTIONS = "lowerdir={},upperdir={},workdir={}"


class Boot(NamedTuple):
    """What one boot came to: why it did not come up, or ""; the state of each unit, and the last
    words of those that failed; what the command of its health said when it failed, or ""."""

    problem: str
    units: Dict[str, str]
    words: Dict[str, str]
    health: str


def drop(params: Row) -> Row:
    """{"engine", "lost": {name: [what was seen]}} for each of params["without"], which has "name"
    and the "files" that differ. ``params`` is a launch's document of a trial container, "of": the
    container whose image and volumes it has, each volume with the name "of" its own."""
    engine = owned(params["of"])
    files = view.chosen(params["files"][engine.name])
    if not engine.has_image(params["image"]):
        message = f"the image {params['image']['tag']} is not there"
        raise Explained(message, "launch it first, or upgrade it", TARGET_UNFIT)
    _remove(engine, params)
    try:
        for secret in params["secrets"]:
            engine.store_secret(secret, base64.b64decode(secret["data"]))
        whole = _boot(engine, params, files)
        if whole.problem:
            message = f"{params['of']} does not come up without its network: {whole.problem}"
            raise Explained(message, "mend that first, or test it elsewhere", TARGET_UNFIT)
        lost = {
            row["name"]: _lost(
                whole, _boot(engine, params, [*files, *view.chosen(row["files"][engine.name])])
            )
            for row in params["without"]
        }
    finally:
        _remove(engine, params)
    return {"engine": engine.name, "lost": lost}


def _lost(whole: Boot, less: Boot) -> List[str]:
    if less.problem:
        return ["it does not come up: " + less.problem]
    seen = []
    for unit, state in sorted(whole.units.items()):
        now = less.units.get(unit, "gone")
        if now == "failed" and state != "failed":
            words = less.words.get(unit, "")
            seen.append(f"{unit} fails" + (f": {words}" if words else ""))
        elif state == "active" and now != "active":
            seen.append(f"{unit} is {now}")
    seen += [f"{u} fails" for u in sorted(less.units.keys() - whole.units.keys())
             if less.units[u] == "failed"]  # fmt: skip
    if less.health and not whole.health:
        seen.append("it is not healthy: " + less.health)
    return seen


def _boot(engine: Engine, params: Row, files: List[Row]) -> Boot:
    """Start it anew, ask it, stop it."""
    name = params["name"]
    unit = name + ".service"
    for volume in params["volumes"]:
        _cover(engine, name, volume)
    (STATE / name / "run").mkdir(parents=True, exist_ok=True)
    for item in files:
        write(Path(item["path"]), item["content"], item["mode"])
    output(["systemctl", "daemon-reload"])
    try:
        done = attempt(["systemctl", "start", unit])
        if done.returncode:
            return Boot(_words(unit), {}, {}, "")
        word = health.init(engine, name, params["health"]["timeout"])
        if word not in UP:
            return Boot(f"its init is {word or 'not done in time'}", {}, {}, "")
        return Boot("", *_units(engine, name), _health(engine, params))
    finally:
        attempt(["systemctl", "stop", unit])
        attempt(["systemctl", "reset-failed", unit])
        for volume in params["volumes"]:
            _uncover(engine, volume)


def _units(engine: Engine, name: str) -> "tuple[Dict[str, str], Dict[str, str]]":
    """Of a systemd; the other inits say what failed by their own word."""
    listed = ["systemctl", "list-units", "--all", "--plain", "--no-legend", "--no-pager"]
    rows = [line.split() for line in engine.run_inside(name, listed).splitlines()]
    kinds = (".service", ".socket", ".mount", ".timer", ".path")
    units = {row[0]: row[2] for row in rows if len(row) > 3 and row[0].endswith(kinds)}
    last = ["journalctl", "--lines=1", "--output=cat", "--no-pager", "_PID=1", "--unit"]
    failed = [unit for unit, state in units.items() if state == "failed"]
    said = ["journalctl", "--lines=3", "--output=cat", "--no-pager", "--unit"]
    words = {}
    for unit in failed:
        lines = engine.run_inside(name, [*said, unit]).splitlines()
        words[unit] = (lines or engine.run_inside(name, [*last, unit]).splitlines() or [""])[0]
    return units, words


def _health(engine: Engine, params: Row) -> str:
    command = params["health"]["command"]
    if not command:
        return ""
    done = attempt([*engine.inside(params["name"]), *command])
    words = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
    return (words or ["status %d" % done.returncode])[-1] if done.returncode else ""


def _words(unit: str) -> str:
    said = attempt(["journalctl", "--unit", unit, "--lines", "4", "--output", "cat"]).stdout
    return " / ".join(said.decode("utf-8", "replace").split("\n")).strip(" /")


def _cover(engine: Engine, name: str, volume: Row) -> None:
    """A volume of the trial: that of the container below, an empty layer above."""
    below = engine.volume(volume["of"])
    if below is None:
        raise Explained(f"volume {volume['of']} is not there", "launch it first", TARGET_UNFIT)
    place = engine.volume(volume["name"]) or engine.create_volume(volume["name"])
    layers = [STATE / name / kind / volume["name"] for kind in ("upper", "work")]
    for layer in layers:
        shutil.rmtree(str(layer), ignore_errors=True)
        layer.mkdir(parents=True)
    found = below.stat()
    shutil.chown(str(layers[0]), found.st_uid, found.st_gid)
    layers[0].chmod(found.st_mode & 0o7777)
    options = OPTIONS.format(below, *layers)
    output(["mount", "-t", "overlay", "-o", options, "overlay", str(place)])


def _uncover(engine: Engine, volume: Row) -> None:
    place = engine.volume(volume["name"])
    if place is not None:
        attempt(["umount", str(place)])


def _remove(engine: Engine, params: Row) -> None:
    """All of it, also what one left that was killed."""
    name = params["name"]
    attempt(["systemctl", "stop", name + ".service"])
    for volume in params["volumes"]:
        _uncover(engine, volume)
        if engine.volume(volume["name"]) is not None:
            engine.remove_volume(volume["name"])
    (STATE / name).mkdir(parents=True, exist_ok=True)
    remove_files(engine, name, STATE / name)
    for secret in params["secrets"]:
        engine.remove_secret(secret["name"])
    shutil.rmtree(str(STATE / name))
