"""Who needs whom, as drawings: hosts of a fleet, and services of a host with those outside."""

from __future__ import annotations

from collections import Counter, defaultdict

from migrator.assess import Assessment
from migrator.assess.fleet import Fleet
from migrator.report.layered import Arc, Drawing, Node, drawn

MOST = 120  # hosts that are drawn, those with the most connections
MOST_INSIDE = 60


def of_fleet(fleet: Fleet) -> tuple[Drawing, int] | None:
    """The drawing and how many connected hosts it leaves out; None without connections."""
    titles: dict[tuple[str, str], list[str]] = defaultdict(list)
    weight = Counter[str]()
    for edge in fleet.edges:
        what = f" {edge.service}" if edge.service else ""
        titles[edge.source, edge.target].append(f"{edge.protocol} {edge.port}{what}")
        weight[edge.source] += 1
        weight[edge.target] += 1
    if not titles:
        return None
    kept = _heaviest(weight, MOST)
    fits = {row.host: row.fit for row in fleet.hosts}
    nodes = [Node(name, name, fits[name], f"host-{name}") for name in sorted(kept)]
    arcs = [
        Arc(source, target, "talks", f"{source} → {target}: {', '.join(what)}")
        for (source, target), what in titles.items()
        if source in kept and target in kept
    ]
    return drawn(nodes, arcs), len(weight) - len(kept)


def of_host(judged: Assessment) -> Drawing | None:
    """Services that need each other, clients by the port that they use, and hosts that are used."""
    kinds = {service.name: "service" for service in judged.services}
    found: dict[tuple[str, str, str], str] = {}
    for edge in judged.dependencies.edges:
        at = f" to port {edge.port}" if edge.port else ""
        found[edge.source, edge.target, edge.kind] = f"{edge.kind}{at}"
    clients: dict[tuple[int, str], set[str]] = defaultdict(set)
    for link in judged.dependencies.links:
        who = link.unit or link.process or judged.host
        if link.direction == "in":
            clients[link.port, who].add(link.address)
        else:
            name = f"{link.address}:{link.port}"
            kinds[name] = "outside"
            found[who, name, "talks"] = f"{link.connections} connections"
    for (port, who), addresses in clients.items():
        name = f"{len(addresses)} clients of {port}" if len(addresses) > 1 else min(addresses)
        name = f"{name} → {port}" if len(addresses) == 1 else name
        kinds[name] = "outside"
        found[name, who, "talks"] = ", ".join(sorted(addresses)[:20])
    weight = Counter(name for source, target, _ in found for name in (source, target))
    kept = _heaviest(weight, MOST_INSIDE)
    nodes = [Node(name, name.removesuffix(".service"), kinds.get(name, "service")) for name in kept]
    arcs = [
        Arc(source, target, kind, f"{source} → {target}: {title}")
        for (source, target, kind), title in found.items()
        if source in kept and target in kept and source != target
    ]
    return drawn(nodes, arcs) if arcs else None


def _heaviest(weight: Counter[str], most: int) -> set[str]:
    return set(sorted(weight, key=lambda name: (-weight[name], name))[:most])
