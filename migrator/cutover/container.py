"""The container of a move: made ready while the source serves, and started when it does not."""

from __future__ import annotations

from typing import Any

from migrator import launch, volumes
from migrator.cutover.scene import Scene
from migrator.errors import RemoteFailed
from migrator.store import Store

States = dict[str, list[str]]  # volume -> digests of the blobs that it was filled from


def ready(scene: Scene) -> States:
    """Nothing is left to do but to bring the volumes up to date and to start. A container that runs
    is taken back."""
    target, passwords = scene.ends.target, scene.context.passwords
    done = launch.launch(target, scene.work, scene.plan, passwords, check=False, verb="ready")
    states: States = done["volumes"]
    return states


def start(scene: Scene, states: States) -> bool:
    """Whether it was started now, with the volumes as the last snapshot has them. ``states``: what
    they were when it was made ready. Where that is not so any more, it is made ready again."""
    state = _go(scene, states)
    if state == "unready":
        volumes.update(scene.ends.target, scene.work)
        state = _go(scene, ready(scene))
    if state == "unready":
        raise RemoteFailed(
            f"{scene.host} could not be started on {scene.target_name}: it is not as it was left",
            "see who else works on it there, and run the same command again",
        )
    return state == "started"


def _go(scene: Scene, states: States) -> str:
    work = scene.work
    wanted = launch.asked(work, scene.plan, scene.context.passwords)
    with volumes.differences(work, _held(wanted, states)) as rows:
        if any(row["action"] != "update" for row in rows):
            return "unready"
        done = launch.call(scene.ends.target, Store(work.store), "go", {**wanted, "changes": rows})
    if done["done"] != "unready":
        launch.record(work, scene.ends.target.name, done)
    return str(done["done"])


def _held(wanted: dict[str, Any], states: States) -> dict[str, dict[str, Any]]:
    """As the runtime would say it of volumes that nobody touched since then."""
    return {
        row["name"]: {
            "filled": row["name"] in states,
            "blobs": states.get(row["name"], []),
            "touched": [],
            "extra": 0,
        }
        for row in wanted["volumes"]
    }
