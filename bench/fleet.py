"""Facts of many hosts, made from those of the golden hosts: grown to a usual size, each its own."""

from __future__ import annotations

import copy
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests import hosts

# How much an old server of middling size has.
PACKAGES, UNITS, PROCESSES, DIRECTORIES = 600, 200, 120, 200
PORTS = (80, 443, 5432, 3306, 6379, 8080)


def files(count: int, place: Path) -> list[Path]:
    """``count`` files of facts below ``place``, the same ones each time."""
    bases = list(_bases())
    paths = []
    for number in range(count):
        name = f"host{number:04}"
        document = _own(bases[number % len(bases)], name, number, count)
        (place / name).mkdir(parents=True)
        paths.append(place / name / "facts.json")
        paths[-1].write_text(json.dumps(document))
    return paths


def _bases() -> Iterator[dict[str, Any]]:
    for name in hosts.HOSTS:
        with tempfile.TemporaryDirectory() as place:
            yield _grown(hosts.document(name, Path(place)))


def _grown(document: dict[str, Any]) -> dict[str, Any]:
    """Of a host that was built small, as large as a usual one."""
    unit = {**(document["units"] or [UNIT])[0], "active": "active", "sub": "running"}
    process = (document["processes"] or [PROCESS])[0]
    package = (document["packages"]["installed"] or [PACKAGE])[0]
    document["units"] += [
        {**unit, "name": f"made{number}.service"}
        for number in range(UNITS - len(document["units"]))
    ]
    document["processes"] += [
        {**process, "pid": 10_000 + number, "rss": 20 << 20, "threads": 4}
        for number in range(PROCESSES - len(document["processes"]))
    ]
    installed = document["packages"]["installed"]
    installed += [
        {**package, "name": f"made{number}", "size": 1 << 20}
        for number in range(PACKAGES - len(installed))
    ]
    document["storage"]["usage"] = [
        {**USAGE, "path": f"/usr/made{number}"} for number in range(DIRECTORIES)
    ]
    return document


def _own(base: dict[str, Any], name: str, number: int, count: int) -> dict[str, Any]:
    """With its own names and addresses, listening on some ports and connected with others."""
    chance = random.Random(number)
    document = copy.deepcopy(base)
    document["system"] |= {"hostname": name, "fqdn": f"{name}.example.org", "machine_id": name}
    network = document["network"]
    network["addresses"] = [{**ADDRESS, "address": f"{_address(number)}/16"}]
    network["listeners"] += [{**LISTENER, "port": port} for port in PORTS if chance.random() < 0.3]
    network["peers"] = [
        {**PEER, "address": _address(chance.randrange(count)), "port": chance.choice(PORTS)}
        for _ in range(5)
    ]
    return document


def _address(number: int) -> str:
    return f"10.9.{number >> 8}.{number & 255}"


ADDRESS = {
    **dict.fromkeys(("mac", "label", "peer", "lifetime", "lease"), ""),
    "interface": "eth0",
    "scope": "global",
    "flags": [],
}
LISTENER = {"protocol": "tcp", "address": "0.0.0.0", "pid": 10_000, "process": "made"} | {
    "unit": "made1.service"
}
PEER = {"direction": "out", "protocol": "tcp", "process": "made", "unit": "made1.service"} | {
    "count": 3
}
USAGE = {
    **{"files": 500, "size": 40 << 20, "files_day": 5, "size_day": 1 << 20},
    **{"files_week": 20, "size_week": 4 << 20, "complete": True},
}
UNIT = {
    **dict.fromkeys(("fragment", "description", "user"), ""),
    **{"load": "loaded", "enabled": "enabled", "origin": "systemd", "properties": {}},
    **{"drop_ins": [], "commands": ["/usr/bin/made"], "environment_names": []},
}
PROCESS = {
    **{"parent": 1, "user": "root", "command": ["/usr/bin/made"], "exe": "/usr/bin/made"},
    **{"unit": "made1.service", "capabilities": []},
}
PACKAGE = {"version": "1.0-1", "architecture": "all", "status": "installed"}
