"""What a host would claim on the target, and who has it already."""

import socket
from pathlib import Path
from typing import Any, Dict, List

from migrator.runtime import engines
from migrator.runtime.engines import NOBODY, Engine
from migrator.runtime.run import attempt, succeeds

MARKS = Path("/var/lib/migrator")


def read(params: Dict[str, Any]) -> Dict[str, Any]:
    """{"own", "ports", "names"}. ``own``: the host's container is there already, launched by the
    toolkit, so that its ports, volumes and unit are no one else's."""
    name = params["name"]
    engine = engines.of(params)
    own = engine.owner(name) == name
    running = own and succeeds(["systemctl", "--quiet", "is-active", name + ".service"])
    return {
        "own": own,
        "ports": [] if running else taken(params["ports"]),
        "names": [] if own else _names(engine, name, params["volumes"]),
    }


def taken(ports: List[List[Any]]) -> List[Dict[str, Any]]:
    """Those of [number, protocol] that cannot be bound, with the reason."""
    found = []
    for number, protocol in ports:
        kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", number))
            except (OSError, OverflowError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                found.append({"port": number, "protocol": protocol, "reason": reason})
    return found


def _names(engine: Engine, name: str, volumes: List[str]) -> List[Dict[str, str]]:
    found = []
    if engine.owner(name) != NOBODY:
        found.append({"kind": "container", "name": name})
    for path in _units(name, str(engine.unit(name))):
        found.append({"kind": "unit", "name": path})
    marks = MARKS / name / "volumes"
    for volume in volumes:
        ours = (marks / volume).exists() or (marks / (volume + ".begun")).exists()
        if not ours and engine.volume(volume) is not None:
            found.append({"kind": "volume", "name": volume})
    return found


def _units(name: str, ours: str) -> List[str]:
    """Files of a unit of that name which launch did not write."""
    command = ["systemctl", "show", "--property=FragmentPath,SourcePath", name + ".service"]
    said = attempt(command).stdout.decode("utf-8", "replace").splitlines()
    paths = dict(line.partition("=")[::2] for line in said)
    if ours in paths.values():
        return []
    return [path for path in (paths.get("FragmentPath"),) if path]
