"""Gather the assessments of many hosts, one after the other, into a fleet.

Of each host only what the fleet needs is kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from migrator.assess import waves
from migrator.assess.assessment import Assessment
from migrator.assess.dependencies import Link
from migrator.assess.finding import Level
from migrator.assess.fleet import (
    SCHEMA,
    Fleet,
    FleetEdge,
    FleetFinding,
    FleetHost,
    Outside,
)
from migrator.assess.minutes import Minutes, added

ORDER = ("failed", "keep-as-vm", "not-enough-data", "needs-work", "ready-with-changes", "ready")
STAY = ("failed", "keep-as-vm")


class _Seen:
    """A rule, and where it was seen so far."""

    def __init__(self, title: str) -> None:
        self.title, self.level = title, 0
        self.hosts: dict[str, bool] = {}
        self.waived: dict[str, bool] = {}

    def finding(self, name: str) -> FleetFinding:
        return FleetFinding(
            name, self.level, self.title, tuple(sorted(self.hosts)), tuple(sorted(self.waived))
        )


class Gathering:
    """Add hosts in any order, then ask for the fleet."""

    def __init__(self) -> None:
        self._hosts: list[FleetHost] = []
        self._findings: dict[str, _Seen] = {}
        self._owners: dict[str, set[str]] = defaultdict(set)  # address -> hosts
        self._services: dict[tuple[str, str, int], str] = {}  # host, protocol, port -> who listens
        self._links: dict[str, tuple[Link, ...]] = {}
        self._minutes = Minutes()

    def failed(self, host: str, error: str) -> None:
        self._hosts.append(FleetHost(host, "failed", error))

    def add(self, judged: Assessment) -> None:
        host = judged.host
        self._hosts.append(_row(judged))
        self._note_findings(judged)
        for address in judged.summary.addresses:
            self._owners[address].add(host)
        for offer in judged.offers:
            if offer.reachable:
                self._services[host, offer.protocol, offer.port] = offer.unit or offer.process
        self._links[host] = judged.dependencies.links
        self._minutes = added(self._minutes, judged.minutes)

    def _note_findings(self, judged: Assessment) -> None:
        for finding in judged.findings:
            seen = self._findings.setdefault(finding.id, _Seen(finding.title))
            seen.level = max(seen.level, finding.level)
            hosts = seen.waived if finding.waiver else seen.hosts
            hosts[judged.host] = True

    def fleet(self) -> Fleet:
        edges, outside = self._matched()
        needs: dict[str, set[str]] = defaultdict(set)
        for edge in edges:
            needs[edge.source].add(edge.target)
        found = [seen.finding(name) for name, seen in self._findings.items()]
        moving = [row.host for row in self._hosts if row.fit not in STAY]
        return Fleet(
            schema=SCHEMA,
            hosts=tuple(sorted(self._hosts, key=lambda row: (ORDER.index(row.fit), row.host))),
            findings=tuple(sorted(found, key=lambda f: (-f.level, -len(f.hosts), f.id))),
            edges=edges,
            outside=outside,
            waves=waves.plan(moving, needs),
            minutes=self._minutes,
        )

    def _matched(self) -> tuple[tuple[FleetEdge, ...], tuple[Outside, ...]]:
        """Connections between hosts, and those with others. What several hosts call their own
        address, behind a translation of addresses, is nobody's unless one alone listens there."""
        edges: dict[tuple[str, str, str, int], FleetEdge] = {}
        outside: dict[tuple[str, str, int], set[str]] = defaultdict(set)
        for host, links in self._links.items():
            for link in links:
                other = self._owner(link, host)
                if other and link.direction == "out":
                    service = self._services.get((other, link.protocol, link.port), "")
                    _note(edges, host, other, link, link.unit, service)
                elif other:
                    _note(edges, other, host, link, "", link.unit)
                elif link.direction == "out":
                    outside[link.protocol, link.address, link.port].add(host)
        others = (Outside(*key, tuple(sorted(hosts))) for key, hosts in sorted(outside.items()))
        return tuple(edge for _, edge in sorted(edges.items())), tuple(others)

    def _owner(self, link: Link, host: str) -> str:
        """The host at the other end, "" for none of the fleet."""
        owners = self._owners.get(link.address, set()) - {host}
        if len(owners) > 1 and link.direction == "out":
            owners = {o for o in owners if (o, link.protocol, link.port) in self._services}
        return owners.pop() if len(owners) == 1 else ""


def _note(
    edges: dict[tuple[str, str, str, int], FleetEdge],
    source: str,
    target: str,
    link: Link,
    client: str,
    service: str,
) -> None:
    """Both ends may have seen the same connections."""
    key = (source, target, link.protocol, link.port)
    new = FleetEdge(*key, client, service, link.connections)
    old = edges.get(key, new)
    edges[key] = FleetEdge(
        *key,
        old.client or client,
        old.service or service,
        max(old.connections, link.connections),
    )


def _row(judged: Assessment) -> FleetHost:
    counts = Counter(Level(f.level).word for f in judged.findings if not f.waiver)
    times = judged.prediction
    return FleetHost(
        host=judged.host,
        fit=judged.fit,
        os=judged.summary.os,
        counts=dict(counts),
        waived=sum(finding.waiver is not None for finding in judged.findings),
        jobs=judged.summary.jobs,
        image=judged.sizes.image,
        volumes=judged.sizes.volumes,
        bulk=times.bulk if times else None,
        downtime=times.downtime if times else None,
    )
