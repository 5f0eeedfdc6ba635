"""What the host reaches outside of itself: peers that answer, names that it can look up."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.facts.network import Network
from migrator.verify.point import Case, Point, judge, pairs

BROKEN = "it failed on the source already"
ANSWERS = "answers"
FOUND = {True: "found", False: "not found"}
OF_ENGINE = "the engine writes it: what counts is whether names are found"


def compare(case: Case) -> Iterator[Point]:
    for peer, before in sorted(case.before.peers.items()):
        if peer in case.after.peers:
            now = case.after.peers[peer]
            why = BROKEN if before else ""
            yield judge("peer", peer, before or ANSWERS, now or ANSWERS, why)
    for name, found in sorted(case.before.names.items()):
        if name in case.after.names:
            there = case.after.names[name]
            yield judge("name", name, FOUND[found], FOUND[there], "" if found else BROKEN)
    yield from _resolver(case)


def _resolver(case: Case) -> Iterator[Point]:
    left, right = case.source.network, case.container.network
    why = "plan: container.dns" if case.plan.container.dns else OF_ENGINE
    yield judge("resolver", "nameservers", _servers(left), _servers(right), why)
    lost = set(left.search) - set(right.search)  # names without a domain are not found any more
    before, now = ", ".join(left.search), ", ".join(right.search)
    yield judge("resolver", "search", before, now, "" if lost else OF_ENGINE)
    yield from pairs(
        "resolver",
        left.nsswitch,
        right.nsswitch,
        lambda line: f"nsswitch {line.database}",
        lambda line: " ".join(line.sources),
        lambda _: case.changed.get("/etc/nsswitch.conf", ""),
    )


def _servers(network: Network) -> str:
    return ", ".join(network.resolver.upstream or network.nameservers)
