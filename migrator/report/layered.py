"""Lay out a graph in columns, from those who need to what they need; the same graph always alike.

The columns are those of waves, after arcs that close a circle were turned round. An arc over
several columns bends through a place in each of them, which all arcs to the same end share, and the
order in a column follows the mean of the neighbours, so that few arcs cross.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from migrator.assess import waves

LETTER = 7.3  # width of a letter of the fixed-width font, in pixels as all below
HIGH, BETWEEN, MARGIN = 22, 8, 8
BEND = 6  # height of a place that arcs only pass through
GAP = 110  # between two columns
LONGEST = 30  # letters of a label
SWEEPS = 12


@dataclass(frozen=True)
class Node:
    name: str
    label: str
    kind: str = ""
    link: str = ""


@dataclass(frozen=True)
class Arc:
    source: str
    target: str
    kind: str
    title: str


@dataclass(frozen=True)
class Box:
    node: Node
    text: str  # the label, cut to what fits
    x: float
    y: float
    width: float
    height: float = HIGH


@dataclass(frozen=True)
class Line:
    arc: Arc
    path: str  # of SVG
    back: bool  # it is drawn from the target to the source


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


Place = tuple[str, int]  # of a node: its name and -1; of a bend: the end of its arcs, its column


def drawn(nodes: Sequence[Node], arcs: Iterable[Arc]) -> Drawing:
    """Arcs lead between different ``nodes``."""
    by_name = {node.name: node for node in nodes}
    arcs = sorted(arcs, key=lambda arc: (arc.source, arc.target, arc.kind, arc.title))
    column = _columns(by_name, arcs)
    back = [column[arc.source] > column[arc.target] for arc in arcs]
    routes = [_route(arc, column) for arc in arcs]
    order = _ordered(column, routes)
    y = _heights(order, routes)
    wide = [
        max((_width(by_name[name]) for name, bend in places if bend < 0), default=0.0)
        for places in order
    ]
    left = [MARGIN + sum(wide[:number]) + GAP * number for number in range(len(wide))]
    boxes = tuple(
        Box(node, _cut(node.label), left[column[name]], y[name, -1], wide[column[name]])
        for name, node in sorted(by_name.items())
    )
    lines = tuple(
        Line(arc, _path(route, column, left, wide, y), turned)
        for arc, route, turned in zip(arcs, routes, back, strict=True)
    )
    height = max((at + HIGH for at in y.values()), default=0) + MARGIN
    width = left[-1] + wide[-1] + MARGIN if left else 0
    return Drawing(round(width), round(height), boxes, lines)


def _columns(nodes: Mapping[str, Node], arcs: Sequence[Arc]) -> dict[str, int]:
    needs: dict[str, set[str]] = defaultdict(set)
    for arc in arcs:
        needs[arc.source].add(arc.target)
    order = waves.plan(nodes, _without_circles(nodes, needs))
    return {
        name: len(order) - 1 - number
        for number, wave in enumerate(order)
        for group in wave.groups
        for name in group.hosts
    }


def _without_circles(nodes: Iterable[str], needs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Walk from those who need the most beyond what needs them, and turn round what leads back."""
    needed = Counter(target for targets in needs.values() for target in targets)
    order = sorted(nodes, key=lambda name: (needed[name] - len(needs.get(name, ())), name))
    kept: dict[str, set[str]] = defaultdict(set)
    open_now: set[str] = set()
    seen: set[str] = set()
    for start in order:
        stack = [] if start in seen else [(start, iter(sorted(needs.get(start, ()))))]
        while stack:
            name, others = stack[-1]
            seen.add(name)
            open_now.add(name)
            other = next(others, None)
            if other is None:
                open_now.discard(stack.pop()[0])
            elif other in open_now:
                kept[other].add(name)
            else:
                kept[name].add(other)
                if other not in seen:
                    stack.append((other, iter(sorted(needs.get(other, ())))))
    return kept


def _route(arc: Arc, column: Mapping[str, int]) -> list[Place]:
    first, last = sorted((arc.source, arc.target), key=column.__getitem__)
    bends = range(column[first] + 1, column[last])
    return [(first, -1), *((last, bend) for bend in bends), (last, -1)]


def _ordered(column: Mapping[str, int], routes: Sequence[list[Place]]) -> list[list[Place]]:
    order: list[list[Place]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for name in sorted(column):
        order[column[name]].append((name, -1))
    for place in sorted({place for route in routes for place in route[1:-1]}):
        order[place[1]].append(place)
    beside = _neighbours(routes)
    for sweep in range(SWEEPS):
        rank = {place: number for places in order for number, place in enumerate(places)}
        for places in order if sweep % 2 else order[::-1]:
            means = {
                place: sum(rank[other] for other in beside[place]) / len(beside[place])
                if beside[place]
                else rank[place]
                for place in places
            }
            places.sort(key=lambda place: (means[place], place))
            rank |= {place: number for number, place in enumerate(places)}
    return order


def _neighbours(routes: Sequence[list[Place]]) -> dict[Place, list[Place]]:
    beside: dict[Place, list[Place]] = defaultdict(list)
    for route in routes:
        for one, other in pairwise(route):
            beside[one].append(other)
            beside[other].append(one)
    return beside


def _heights(order: Sequence[list[Place]], routes: Sequence[list[Place]]) -> dict[Place, float]:
    """Each place as near to its neighbours as the others of its column allow."""
    tall = max((sum(map(_step, places)) for places in order), default=0)
    y: dict[Place, float] = {}
    for places in order:
        at = MARGIN + (tall - sum(map(_step, places))) / 2
        for place in places:
            y[place] = at
            at += _step(place)
    beside = _neighbours(routes)
    for sweep in range(SWEEPS):
        for places in order if sweep % 2 else order[::-1]:
            wanted = [_mean([y[other] for other in beside[p]] or [y[p]]) for p in places]
            y |= zip(places, _apart(wanted, [_step(p) for p in places], tall), strict=True)
    top = min(y.values(), default=0) - MARGIN
    return {place: round(at - top, 1) for place, at in y.items()}


def _step(place: Place) -> int:
    return HIGH + BETWEEN if place[1] < 0 else BEND


def _apart(wanted: Sequence[float], steps: Sequence[int], tall: float) -> list[float]:
    """In the same order, each its step from the one before, and none beyond ``tall``: where there
    is no room for all, half of the push goes up and half down."""
    free = [place - before for place, before in zip(wanted, _before(steps), strict=True)]
    down = list(accumulate(free, max))
    shift = _mean(free) - _mean(down)
    most = MARGIN + tall - sum(steps)
    found = [min(max(place + shift, MARGIN), most) for place in down]
    return [place + before for place, before in zip(found, _before(steps), strict=True)]


def _before(steps: Sequence[int]) -> list[int]:
    return list(accumulate(steps, initial=0))[:-1]


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def _width(node: Node) -> float:
    return round(len(_cut(node.label)) * LETTER + 20, 1)


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def _path(
    route: Sequence[Place],
    column: Mapping[str, int],
    left: Sequence[float],
    wide: Sequence[float],
    y: Mapping[Place, float],
) -> str:
    """From the right of a box to the left of one in a later column."""
    at = column[route[0][0]]
    x, height = left[at] + wide[at], y[route[0]] + HIGH / 2
    words = [f"M{x:.1f} {height:.1f}"]
    for place in route[1:]:
        number = column[place[0]] if place[1] < 0 else place[1]
        middle, end = (x + left[number]) / 2, y[place] + (HIGH if place[1] < 0 else BEND) / 2
        words.append(
            f"C{middle:.1f} {height:.1f} {middle:.1f} {end:.1f} {left[number]:.1f} {end:.1f}"
        )
        if place[1] >= 0:
            words.append(f"H{left[number] + wide[number]:.1f}")
        x, height = left[number] + wide[number], end
    return " ".join(words)
