"""Make a container ready, and start it later, when there is no time to find out anything.

The mark that says so keeps its unit from starting, also at a boot of the target. It has a digest of
all that was made ready, so that a start knows whether that is still what is wanted.
"""

import hashlib
import json
import time
from pathlib import Path
from typing import Any, Dict

from migrator.runtime import engines, health, launch, volumes
from migrator.runtime.alone import alone
from migrator.runtime.engines import Engine
from migrator.runtime.refresh import BLOBS
from migrator.runtime.run import succeeds
from migrator.runtime.wanted import Wanted
from migrator.runtime.warm import withdraw

Row = Dict[str, Any]
SEALED = (*(set(Wanted._fields) - {"image", "volumes"}), "catch_up", "files", "tools")
OF_THE_CALL = ("port", "prefix", "there")  # of the image: where it is served this time


def ready(spec: Row) -> Row:
    """As ``launch`` answers: all is there but the start. A container that runs is taken back."""
    name, place = spec["name"], launch.STATE / spec["name"]
    withdraw(spec)
    seal = _seal(spec)
    _mark(place, "")
    done = launch.launch({**spec, "start": False})
    launch.enable(engines.of(spec), name + ".service", place)
    _mark(place, seal)
    return done


def go(spec: Row) -> Row:
    """As ``launch`` answers, and what was "done": ``started``; ``running``, when it had been; or
    ``unready``, which is all that is said when something is other than ``ready`` left it.

    ``spec["changes"]``: volumes as ``refresh`` is given them; "from" is the state that they have.
    """
    begun, name = time.time(), spec["name"]
    with alone(name):
        done = _started(spec)
    if done == "unready":
        return {"done": done}
    engine, marks = engines.of(spec), launch.STATE / name / "volumes"
    health.require(engine, name, spec["health"])
    return {
        "done": done,
        "changed": done == "started",
        "state": launch.status(engine, name),
        "seconds": round(time.time() - begun, 2),
        "volumes": {row["name"]: volumes.state(marks, row["name"]) for row in spec["volumes"]},
    }


def _started(spec: Row) -> str:
    name, place = spec["name"], launch.STATE / spec["name"]
    unit, mark, marks = name + ".service", place / launch.READY, place / "volumes"
    if succeeds(["systemctl", "--quiet", "is-active", unit]):
        return "running"
    known = all(volumes.state(marks, row["name"]) == row["from"] for row in spec["changes"])
    if not (known and mark.exists() and mark.read_text() == _seal(spec)):
        return "unready"
    _mark(place, "")  # what breaks off from here on is no longer as it was left
    _advance(engines.of(spec), marks, spec)
    launch.begin(unit, place)
    volumes.settle(marks, spec["changes"])
    return "started"


def _advance(engine: Engine, marks: Path, spec: Row) -> None:
    there = engine.volumes(row["name"] for row in spec["changes"]) if spec["changes"] else {}
    base = BLOBS.format(**spec["image"])
    for row in spec["changes"]:
        volumes.advance(marks, row, there[row["name"]], base)


def _mark(place: Path, seal: str) -> None:
    place.mkdir(parents=True, exist_ok=True)
    (place / launch.READY).write_text(seal)


def _seal(spec: Row) -> str:
    """Of all that is wanted but the volumes' contents, which move on."""
    image = {key: value for key, value in spec["image"].items() if key not in OF_THE_CALL}
    kept = {key: spec[key] for key in SEALED if key in spec}
    places = [[row["name"], row["path"]] for row in spec["volumes"]]
    text = json.dumps([{**kept, "image": image}, places], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
