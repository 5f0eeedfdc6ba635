"""Bring the target into the state that the spec describes; what is right already stays."""

import base64
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple

from migrator.runtime import engines, health, holes, jobs, view, volumes
from migrator.runtime.engines import Engine
from migrator.runtime.preflight import preflight
from migrator.runtime.run import REMOTE_FAILED, TARGET_UNFIT, Explained, attempt, output, succeeds

STATE = Path("/var/lib/migrator")
READY = "ready"  # the mark that keeps a unit from starting until it is told to
PATIENCE = 60  # seconds until an init that is asked says that it is done


class Step(NamedTuple):
    """Something that differs: the sentence for people, and how to mend it."""

    action: str
    mend: Callable[[], None]


def launch(spec: Dict[str, Any]) -> Dict[str, Any]:
    """{"changed", "actions", "diff", "active" (before), "state", "warnings", "seconds" of the last
    action, "volumes" with the blobs that they were filled from}. With spec["check"] nothing is
    changed. Where "start" is False nothing is started, where it is "running" only what runs."""
    place = STATE / spec["name"]
    engine = engines.of(spec)
    if engine.name not in spec["files"]:
        wanted = ", ".join(spec["files"])
        message = f"{spec['name']} runs by {engine.name} there, the plan wants {wanted}"
        hint = (
            f"run 'migrator remove {spec['name']}' first, which keeps the volumes of {engine.name}"
        )
        raise Explained(message, hint, TARGET_UNFIT)
    spec["files"] = view.chosen(spec["files"][engine.name])
    there = engine.volumes(volume["name"] for volume in spec["volumes"])
    for volume in spec["volumes"]:
        volume["filled"] = volumes.is_filled(place / "volumes", volume["name"], there)
    spec["image"]["there"] = engine.has_image(spec["image"])
    warnings = preflight(engine, spec)
    shown = [item for item in spec["files"] if item["mode"] & 0o077]  # others may hold secrets
    diff = [_difference(item) for item in shown if _differs(item)]
    steps = [
        *_image(engine, spec),
        *_volumes(engine, spec, place),
        *_secrets(engine, spec),
        *_files(spec),
    ]
    unit = f"{spec['name']}.service"
    active = succeeds(["systemctl", "--quiet", "is-active", unit])
    start = spec.get("start", True)
    if start and (steps or not active) and (active or start != "running"):
        steps.append(Step(f"start {unit}", lambda: _start(engine, unit, place, spec)))
    steps = _with_jobs(engine, spec, steps)
    begun = time.time()
    if not spec["check"]:
        engines.remember(spec["name"], engine)
        for step in steps:
            begun = time.time()
            step.mend()
        if not start and steps:
            output(["systemctl", "daemon-reload"])  # a later start finds the unit as it is now
    state = {} if spec["check"] else status(engine, spec["name"])
    return {
        "changed": bool(steps),
        "actions": [step.action for step in steps],
        "diff": diff,
        "active": active,
        "warnings": warnings,
        "state": state,
        "seconds": round(time.time() - begun, 2),
        "volumes": {
            v["name"]: volumes.state(place / "volumes", v["name"]) for v in spec["volumes"]
        },
    }


def status(engine: Engine, name: str) -> Dict[str, Any]:
    """How the container is: its unit, its init, when it started (seconds since 1970), and the words
    before a command that is to run in it."""
    started = engine.started_at(name)
    return {
        "unit": health.unit(name),
        "init": "absent" if started is None else health.init(engine, name, PATIENCE),
        "started_at": started or 0,
        "engine": engine.name,
        "inside": engine.inside(name),
    }


def _word(command: List[str]) -> str:
    return attempt(command).stdout.decode().strip()


def _image(engine: Engine, spec: Dict[str, Any]) -> List[Step]:
    image = spec["image"]
    if image["there"]:
        return []

    def pull() -> None:
        engine.pull(image)
        holes.dig(engine.layers(image), spec["sparse"])

    return [Step(f"pull the image {image['manifest'][:19]}", pull)]


def _volumes(engine: Engine, spec: Dict[str, Any], place: Path) -> List[Step]:
    image = spec["image"]
    place_of = f"127.0.0.1:{image['port']}/v2/{image['prefix']}/{image['repository']}"
    base = f"http://{place_of}/blobs/"
    marks = place / "volumes"

    def filler(volume: Dict[str, Any]) -> Callable[[], None]:
        return lambda: volumes.fill(engine, marks, volume, base)

    return [
        Step(f"fill the volume {volume['name']} for {volume['path']}", filler(volume))
        for volume in spec["volumes"]
        if not volume["filled"]
    ]


def _secrets(engine: Engine, spec: Dict[str, Any]) -> List[Step]:
    def keeper(secret: Dict[str, Any], data: bytes) -> Callable[[], None]:
        return lambda: engine.store_secret(secret, data)

    wanted = [(secret, base64.b64decode(secret["data"])) for secret in spec["secrets"]]
    return [
        Step(f"store the secret {secret['name']}", keeper(secret, data))
        for secret, data in wanted
        if not engine.is_stored(secret, data)
    ]


def _files(spec: Dict[str, Any]) -> List[Step]:
    def writer(item: Dict[str, Any]) -> Callable[[], None]:
        return lambda: write(Path(item["path"]), item["content"], item["mode"])

    return [Step(f"write {f['path']}", writer(f)) for f in spec["files"] if _differs(f)]


def _differs(item: Dict[str, Any]) -> bool:
    path = Path(item["path"])
    return (
        not path.exists()
        or path.read_text() != item["content"]
        or (path.stat().st_mode & 0o7777 != item["mode"])
    )


def _difference(item: Dict[str, Any]) -> Dict[str, str]:
    path = Path(item["path"])
    before = path.read_text() if path.exists() else ""
    return {"path": item["path"], "before": before, "after": item["content"]}


def write(path: Path, content: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.touch(mode=0o600)
    temporary.write_text(content)
    temporary.chmod(mode)
    temporary.replace(path)


def _with_jobs(engine: Engine, spec: Dict[str, Any], steps: List[Step]) -> List[Step]:
    """Jobs are held before anything else happens, and released in a container that runs."""
    if jobs.state(spec["name"]) == spec["jobs"]:
        return steps

    def mend() -> None:
        jobs.switch(engine.inside(spec["name"]), {**spec, "check": False})

    if spec["jobs"] == "held":
        return [Step("hold the jobs", mend), *steps]
    return [*steps, Step("release the jobs", mend)]


def _start(engine: Engine, unit: str, place: Path, spec: Dict[str, Any]) -> None:
    attempt(["systemctl", "stop", unit])  # as the unit that it was started by says
    enable(engine, unit, place)
    begin(unit, place)
    health.require(engine, place.name, spec["health"])


def enable(engine: Engine, unit: str, place: Path) -> None:
    """systemd knows the unit as its file is now, and starts it at a boot."""
    (place / "run").mkdir(parents=True, exist_ok=True)  # of the flag that jobs wait for
    output(["systemctl", "daemon-reload"])
    if engine.unit(place.name).suffix == ".service":  # the others are enabled by their generator
        output(["systemctl", "--quiet", "enable", unit])


def begin(unit: str, place: Path) -> None:
    """The container's process 1 runs. Raises Explained with what the engine said."""
    if (place / READY).exists():
        (place / READY).unlink()
    done = attempt(["systemctl", "start", unit])
    if done.returncode:
        attempt(["systemctl", "stop", unit])  # or it would be tried again and again
        said = _word(["journalctl", "--unit", unit, "--lines", "5", "--output", "cat"])
        words = " / ".join(said.splitlines()) or done.stderr.decode().strip()
        hint = f"see 'journalctl -u {unit}' on the target, mend it and launch again"
        raise Explained(f"{unit} does not start: {words}", hint, REMOTE_FAILED)
