"""The runtime's verbs on a target. Python 3.6 or later, as root."""

import json
from typing import IO, Any, Callable, Dict

from migrator.runtime import engines, jobs, lifecycle
from migrator.runtime.alone import locked
from migrator.runtime.describe import describe
from migrator.runtime.drop import drop
from migrator.runtime.examine import examine
from migrator.runtime.followed import followed
from migrator.runtime.launch import launch, status
from migrator.runtime.ready import go, ready
from migrator.runtime.refresh import held, refresh
from migrator.runtime.rehearse import rehearse
from migrator.runtime.run import Explained
from migrator.runtime.warm import warm, withdraw

VERBS: Dict[str, Callable[[Dict[str, Any]], Dict[str, Any]]] = {
    "launch": launch,
    "describe": describe,
    "status": lambda params: status(engines.of(params), params["name"]),
    "show": lifecycle.show,
    "terminal": lambda params: {"inside": engines.of(params).inside(params["name"], terminal=True)},
    "stop": lifecycle.stop,
    "start": lifecycle.start,
    "restart": lifecycle.restart,
    "remove": lifecycle.remove,
    "upgrade": lifecycle.upgrade,
    "examine": examine,
    "followed": followed,
    "jobs": lambda params: jobs.switch(engines.of(params).inside(params["name"]), params),
    "warm": locked(warm),
    "ready": locked(ready),
    "go": go,  # holds the lock only until the container has started
    "withdraw": locked(withdraw),
    "held": held,
    "refresh": locked(refresh),
    "rehearse": rehearse,
    "drop": drop,
}
MAGIC = b"\nMIGRATOR-STREAM-2\n"  # as migrator/agent/frames.py has it


def run(verb: str, params: Dict[str, Any], stdin: IO[bytes], stdout: IO[bytes]) -> int:
    """Serve one verb with one JSON document; 1 when that explains a failure."""
    failed = False
    try:
        document = VERBS[verb](params)
    except Explained as error:
        failed = True
        words = {"message": error.message, "hint": error.hint, "code": error.code}
        document = {"error": words}
    stdout.write(MAGIC)
    data = json.dumps(document, sort_keys=True).encode("ascii")
    for piece in (data, b""):  # a document in the agent's frames, of one piece
        stdout.write(b"J" + len(piece).to_bytes(4, "big") + piece)
    stdout.flush()
    return int(failed)
