"""Bring the volumes of a stopped container to a later snapshot: told by the cutover, never else."""

from typing import Any, Dict

from migrator.runtime import engines, volumes
from migrator.runtime.launch import STATE
from migrator.runtime.run import REMOTE_FAILED, TARGET_UNFIT, Explained

BLOBS = "http://127.0.0.1:{port}/v2/{prefix}/volumes/blobs/"


def held(params: Dict[str, Any]) -> Dict[str, Any]:
    """By name what each of ``params["volumes"]`` of the host ``params["name"]`` holds."""
    there = engines.of(params).volumes(params["volumes"])
    marks = STATE / params["name"] / "volumes"
    return {name: volumes.holds(marks, name, there.get(name)) for name in params["volumes"]}


def refresh(params: Dict[str, Any]) -> Dict[str, Any]:
    """Fill, update or renew each of ``params["volumes"]``, as its "action" says; each has "name",
    "blobs" (the state to reach), "delta" and "size". The container must not run."""
    engine = engines.of(params)
    name, marks = params["name"], STATE / params["name"] / "volumes"
    if engine.started_at(name) is not None:
        raise Explained(
            f"the container {name} runs and uses the volumes",
            f"stop it with 'systemctl stop {name}.service' on the target",
            REMOTE_FAILED,
        )
    needed = sum(volume["size"] for volume in params["volumes"])
    room = volumes.free(engine.place())
    if room < needed:
        words = f"{engine.place()} has {room >> 20} MB free, {needed >> 20} MB are needed"
        raise Explained(words, "free some space there", TARGET_UNFIT)
    base = BLOBS.format(**params)
    actions = {"fill": volumes.fill, "update": volumes.update, "renew": volumes.renew}
    for volume in params["volumes"]:
        actions[volume["action"]](engine, marks, volume, base)
    volumes.settle(marks, [row for row in params["volumes"] if row["action"] == "update"])
    return {}
