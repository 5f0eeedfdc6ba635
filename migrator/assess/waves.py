"""In which order hosts can move: what others need goes before them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Graph = Mapping[str, Iterable[str]]  # host -> the hosts that it needs


@dataclass(frozen=True)
class Group:
    """Hosts that need each other, directly or around: they move together. Mostly one alone."""

    hosts: tuple[str, ...]


@dataclass(frozen=True)
class Wave:
    """Groups that need only what is in the waves before."""

    groups: tuple[Group, ...]


def plan(hosts: Iterable[str], needs: Graph) -> tuple[Wave, ...]:
    """Every one of ``hosts``, once; what they need beyond these does not matter."""
    known = sorted(hosts)
    graph = {host: sorted(set(needs.get(host, ())) & set(known)) for host in known}
    groups = _groups(graph)
    group_of = {host: number for number, group in enumerate(groups) for host in group}
    depth: dict[int, int] = {}
    for number, group in enumerate(groups):  # each after the ones that it needs
        needed = {group_of[other] for host in group for other in graph[host]} - {number}
        depth[number] = 1 + max((depth[other] for other in needed), default=-1)
    waves: list[list[Group]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for number, group in sorted(enumerate(groups), key=lambda item: sorted(item[1])):
        waves[depth[number]].append(Group(tuple(sorted(group))))
    return tuple(Wave(tuple(groups)) for groups in waves)


def _groups(graph: Mapping[str, list[str]]) -> list[list[str]]:
    """The strongly connected components, those that are needed first (Kosaraju's way)."""
    back: dict[str, list[str]] = {host: [] for host in graph}
    for host, others in graph.items():
        for other in others:
            back[other].append(host)
    seen: set[str] = set()
    finished = [host for start in graph for host in _walk(start, back, seen)]
    seen.clear()
    found = [_walk(start, graph, seen) for start in reversed(finished)]
    return [group for group in found if group]


def _walk(start: str, graph: Mapping[str, list[str]], seen: set[str]) -> list[str]:
    """Hosts that are reached from ``start`` and not yet ``seen``, in the order of their end."""
    done: list[str] = []
    stack = [] if start in seen else [(start, iter(graph[start]))]
    seen.add(start)
    while stack:
        others = stack[-1][1]
        following = next((other for other in others if other not in seen), None)
        if following is None:
            done.append(stack.pop()[0])
        else:
            seen.add(following)
            stack.append((following, iter(graph[following])))
    return done
