"""Who needs whom: among the services of the host, and between the host and others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from migrator.assess.offers import is_loopback
from migrator.facts import Facts

# Of systemd, the strongest first. What a unit merely wants is what it works best with.
NEEDS = ("BindsTo", "Requires", "Requisite", "Wants")
OWN = ("systemd-", "dbus", "getty@", "user@", "init-", "modprobe@", "initrd-")


@dataclass(frozen=True)
class Edge:
    """Inside the host: ``source`` needs ``target``, both units (or processes outside of any)."""

    source: str
    target: str
    kind: Literal["requires", "wants", "talks"]  # talks: it is connected with a port of the other
    port: int = 0  # of target, for talks
    connections: int = 0


@dataclass(frozen=True)
class Link:
    """Connections with another host, when this one was read."""

    direction: Literal["in", "out"]  # out: this host opened them
    protocol: str  # tcp | udp
    address: str  # of the other host
    port: int  # of the service: there for "out", here for "in"
    unit: str  # here; the process where it runs in none
    process: str
    connections: int


@dataclass(frozen=True)
class Dependencies:
    edges: tuple[Edge, ...] = ()
    links: tuple[Link, ...] = ()
    known: bool = False  # False: connections could not be read, there may be more


def of(found: Facts) -> Dependencies:
    lost = {failure.subject for failure in found.failures}
    return Dependencies(
        edges=(*_declared(found), *_talks(found)),
        links=tuple(_links(found)),
        known=found.live and lost.isdisjoint({"network", "network.peers"}),
    )


def _declared(found: Facts) -> Iterator[Edge]:
    """What the unit files say, of services that are in use and not systemd's own."""
    used = {unit.name for unit in found.units if unit.active == "active" and _is_service(unit.name)}
    for unit in found.units:
        if unit.name in used:
            seen = {unit.name}
            for key in NEEDS:
                for target in unit.dependencies.get(key, ()):
                    if target in used and target not in seen:
                        seen.add(target)
                        yield Edge(unit.name, target, "wants" if key == "Wants" else "requires")


def _is_service(name: str) -> bool:
    return name.endswith(".service") and not name.startswith(OWN)


def _talks(found: Facts) -> Iterator[Edge]:
    """Connections of the host with itself, from whoever opened them to whoever listens."""
    listening = {item.port: item.unit or item.process for item in found.network.listeners}
    counts = Counter[tuple[str, str, int]]()
    for peer in found.network.peers:
        if peer.direction == "out" and peer.port in listening and _is_own(found, peer.address):
            source, target = peer.unit or peer.process, listening[peer.port]
            if source != target:
                counts[source, target, peer.port] += peer.count
    for (source, target, port), count in sorted(counts.items()):
        yield Edge(source, target, "talks", port, count)


def _links(found: Facts) -> Iterator[Link]:
    for peer in found.network.peers:
        if not _is_own(found, peer.address):
            yield Link(
                "in" if peer.direction == "in" else "out",
                peer.protocol,
                peer.address,
                peer.port,
                peer.unit or peer.process,
                peer.process,
                peer.count,
            )


def _is_own(found: Facts, address: str) -> bool:
    own = {item.address.partition("/")[0] for item in found.network.addresses}
    return is_loopback(address) or address in own
