"""Graphs in columns: no box over another, and only what closes a circle leads back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator.report.layered import Arc, Drawing, Node, drawn

NAMES = "abcdefgh"
PAIRS = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=20)


def graph(pairs: set[tuple[str, str]]) -> Drawing:
    arcs = [Arc(one, other, "talks", "") for one, other in pairs if one != other]
    return drawn([Node(name, f"host-{name}") for name in NAMES], arcs)


def test_who_needs_is_left_of_what_it_needs() -> None:
    drawing = graph({("a", "b"), ("b", "c"), ("a", "c")})
    x = {box.node.name: box.x for box in drawing.boxes}
    assert x["a"] < x["b"] < x["c"]
    assert not any(line.back for line in drawing.lines)
    around = graph({("a", "b"), ("b", "c"), ("c", "a")})
    assert sum(line.back for line in around.lines) == 1


@given(PAIRS)
def test_boxes_do_not_touch_and_lie_within(pairs: set[tuple[str, str]]) -> None:
    drawing = graph(pairs)
    assert {box.node.name for box in drawing.boxes} == set(NAMES)
    assert len(drawing.lines) == len({pair for pair in pairs if pair[0] != pair[1]})
    for number, box in enumerate(drawing.boxes):
        assert box.x >= 0 and box.x + box.width <= drawing.width
        assert box.y >= 0 and box.y + box.height <= drawing.height
        for other in drawing.boxes[number + 1 :]:
            beside = box.x + box.width <= other.x or other.x + other.width <= box.x
            assert beside or abs(box.y - other.y) >= box.height
    assert drawing == graph(pairs)
