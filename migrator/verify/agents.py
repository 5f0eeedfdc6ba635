"""Agents of operations: those that hold a connection to their server must hold it again."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess import dependencies
from migrator.assess.target.wishes import MOST
from migrator.facts import Facts
from migrator.facts.services import Service
from migrator.verify.point import Case, Point, judge

KINDS = ("monitoring", "backup", "configuration", "security")
PASSING = "the source does not hold it all the time"


def compare(case: Case) -> Iterator[Point]:
    for agent, peers in sorted(_connected(case.source).items()):
        for address, port in peers:
            name = f"{address}:{port}"
            if name in case.after.connections:
                held, now = case.before.connections.get(name), case.after.connections[name]
                why = "" if held else PASSING
                yield judge("agent", f"{agent} to {name}", _words(held), _words(now), why)


def connections(found: Facts) -> list[tuple[str, int]]:
    """(address, port) that agents of the host were connected to."""
    every = [peer for peers in _connected(found).values() for peer in peers]
    return list(dict.fromkeys(every))[:MOST]


def _connected(found: Facts) -> dict[str, list[tuple[str, int]]]:
    """Name of an agent -> the servers that it had a TCP connection to."""
    links = [x for x in dependencies.of(found).links if (x.direction, x.protocol) == ("out", "tcp")]
    agents: dict[str, list[tuple[str, int]]] = {}
    for service in found.services:
        if service.kind in KINDS and service.state == "running":
            names = {*service.units, *_processes(found, service)}
            peers = [(link.address, link.port) for link in links if link.unit in names]
            if peers:
                agents[service.name] = list(dict.fromkeys(peers))
    return agents


def _processes(found: Facts, service: Service) -> Iterator[str]:
    """Names of those that run in no unit: a link has them in place of it."""
    for process in found.processes:
        if process.pid in service.pids and not process.unit and process.command:
            yield process.command[0].rpartition("/")[2]


def _words(held: bool | None) -> str:
    return "connected" if held else "not connected"
