"""One run at a time works on a host's volumes and its start: one that lost its controller still
finishes what it began."""

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator

from migrator.runtime.run import REMOTE_FAILED, Explained

STATE = Path("/var/lib/migrator")
PATIENCE = 600  # seconds for another run, whose controller was killed, to finish
PAUSE = 0.05
Verb = Callable[[Dict[str, Any]], Dict[str, Any]]


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    place = STATE / name
    place.mkdir(parents=True, exist_ok=True)
    held = os.open(str(place), os.O_RDONLY)
    try:
        _wait(held, name)
        yield
    finally:
        os.close(held)


def locked(verb: Verb) -> Verb:
    """``verb``, which has the host's name in its params, by itself."""

    def run(params: Dict[str, Any]) -> Dict[str, Any]:
        with alone(params["name"]):
            return verb(params)

    return run


def _wait(held: int, name: str) -> None:
    end = time.time() + PATIENCE
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError:
            if time.time() > end:
                message = f"another run still works on {name}"
                hint = "see which with 'ps' on the target, and run the same command again"
                raise Explained(message, hint, REMOTE_FAILED) from None
            time.sleep(PAUSE)
