"""Whether a container came up: its init is done, and the command that tells it succeeds."""

import time
from typing import Any, Dict

from migrator.runtime.engines import Engine
from migrator.runtime.inits import ASK
from migrator.runtime.run import REMOTE_FAILED, Explained, attempt

SETTLED = ("running", "degraded", "maintenance", "stopping", "offline")
PAUSE = 0.2


def init(engine: Engine, name: str, patience: float) -> str:
    """How far its init is, in systemd's words, once that is settled; "absent" when it is gone, ""
    when it says nothing in ``patience`` seconds."""
    end = time.time() + patience
    while True:
        if engine.started_at(name) is None and unit(name) not in ("activating", "reloading"):
            return "absent"
        word = engine.run_inside(name, list(ASK))
        if word in SETTLED or time.time() > end:
            return word if word in SETTLED else ""
        time.sleep(PAUSE)


def unit(name: str) -> str:
    return attempt(["systemctl", "is-active", name + ".service"]).stdout.decode().strip()


def _ended(name: str) -> str:
    show = ["systemctl", "show", "--property=ExecMainStatus", "--value", name + ".service"]
    status = attempt(show).stdout.decode().strip()
    return f"it has ended with status {status}"


def require(engine: Engine, name: str, health: Dict[str, Any]) -> str:
    """The init's word once the container is healthy. Raises Explained when it is not in time."""
    end = time.time() + health["timeout"]
    word = init(engine, name, health["timeout"])
    hint = f"see 'journalctl -u {name}' on the target, and its units by 'migrator exec'"
    if word not in ("running", "degraded"):
        said = _ended(name) if word == "absent" else f"its init is {word}"
        said = said if word else f"no end of its boot in {health['timeout']} s"
        raise Explained(f"{name} does not come up: {said}", hint, REMOTE_FAILED)
    command = [*engine.inside(name), *health["command"]]
    while health["command"]:
        done = attempt(command)
        if done.returncode == 0:
            break
        if time.time() > end:
            words = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
            last = words[-1] if words else f"status {done.returncode}"
            raise Explained(f"{name} is not healthy: {last}", hint, REMOTE_FAILED)
        time.sleep(PAUSE)
    return word
