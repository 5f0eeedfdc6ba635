"""Control's verbs on a source. Only look changes nothing."""

from __future__ import absolute_import, division, print_function

import fcntl
import json
import os
import struct
import time

from migrator.control import jobs, systemd, sysv
from migrator.control.run import Explained, attempt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAGIC = b"\nMIGRATOR-STREAM-2\n"  # as migrator/agent/frames.py has it
PATIENCE = 600  # seconds for another control, whose controller was killed, to finish
REFUSED = 15  # the status with which the toolkit ends for what only the host can explain


def run(verb, params, stdin, stdout):
    # type: (str, dict[str, Any], Any, Any) -> int
    """Serve one verb; 1 when its document explains a failure."""
    failed = False
    try:
        with Alone():
            document = VERBS[verb](params)
    except Explained as error:
        failed = True
        words = {"message": error.message, "hint": error.hint, "code": REFUSED}
        document = {"error": words}
    stdout.write(MAGIC)
    data = json.dumps(document, sort_keys=True).encode("ascii")
    for piece in (data, b""):
        stdout.write(b"J" + struct.pack(">I", len(piece)) + piece)
    stdout.flush()
    return int(failed)


def look(_):
    # type: (dict[str, Any]) -> dict[str, Any]
    """{"init", "units", "held"}: what runs, and what an earlier ``hold`` keeps from starting."""
    init = _init()
    return {"init": init.NAME, "units": init.units(), "held": init.held()}


def hold(params):
    # type: (dict[str, Any]) -> dict[str, Any]
    """Keep ``units`` from starting, and stop them in their order unless ``stop`` is False.

    ``lasting``: also after a reboot. ``marker`` is what a person finds on the host then. ``jobs``:
    wait so many seconds for what the units have started before it counts as left.
    """
    init, units = _init(), params["units"]
    children = jobs.children(units) if "jobs" in params else []
    init.refuse(units, params.get("marker", "") if params.get("lasting") else None)
    unclean = init.stop(units, params["patience"]) if params.get("stop", True) else []
    left = jobs.wait(units, children, params["jobs"]) if "jobs" in params else []
    return {"unclean": unclean, "left": left}


def free(params):
    # type: (dict[str, Any]) -> dict[str, Any]
    """Let start again whatever is held, and start ``units``; {"failed": those that do not run}."""
    init = _init()
    init.allow()
    return {"failed": init.start(params["units"], params["patience"])}


def tell(params):
    # type: (dict[str, Any]) -> dict[str, Any]
    """Everybody who is logged in at a terminal."""
    return {"told": attempt(["wall"], 10, params["text"])[0] == 0}


def run_script(params):
    # type: (dict[str, Any]) -> dict[str, Any]
    """What makes a database ready: {"status", "said": its last line}."""
    status, words = attempt(["/bin/sh", "-s"], params["patience"], params["script"])
    return {"status": status, "said": (words.strip().splitlines() or ["no reason given"])[-1]}


VERBS = {"look": look, "hold": hold, "free": free, "tell": tell, "run_script": run_script}


def _init():
    # type: () -> Any
    return systemd if os.path.isdir("/run/systemd/system") else sysv


class Alone(object):
    """One control at a time: one that lost its controller still finishes what it began."""

    def __enter__(self):
        # type: () -> None
        self.place = os.open("/etc", os.O_RDONLY)
        end = time.time() + PATIENCE
        while True:
            try:
                return fcntl.flock(self.place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (IOError, OSError):
                if time.time() > end:
                    message = "another run still stops or starts services"
                    raise Explained(message, "see which with 'ps', and run the same command again")
                time.sleep(0.1)

    def __exit__(self, *_):
        # type: (*Any) -> None
        os.close(self.place)
