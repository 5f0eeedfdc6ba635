"""What a comparison says: points, each same, explained or different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeVar

from migrator.decode import decode
from migrator.facts import Facts
from migrator.plan import Plan
from migrator.verify.probes import Probes

T = TypeVar("T")
ABSENT = "absent"
Result = Literal["same", "explained", "different"]


@dataclass(frozen=True)
class Point:
    """``count`` things of one kind and result; ``why`` explains a difference."""

    subject: str
    name: str
    source: str
    container: str
    result: Result
    why: str = ""
    count: int = 1


@dataclass(frozen=True)
class Verdict:
    host: str
    points: tuple[Point, ...]

    @property
    def ok(self) -> bool:
        return all(point.result != "different" for point in self.points)

    def to_json(self) -> dict[str, Any]:
        return {"host": self.host, "points": [asdict(point) for point in self.points]}

    @classmethod
    def from_json(cls, document: Any) -> Verdict:
        return decode(cls, document)


@dataclass(frozen=True)
class Case:
    """Both sides of a comparison and what was decided between them."""

    source: Facts
    before: Probes
    container: Facts
    after: Probes
    plan: Plan
    changed: Mapping[str, str]  # path -> reason of an adaptation
    launched_at: int  # seconds since 1970


def summary(verdict: Verdict) -> str:
    counts = Counter[str]()
    for point in verdict.points:
        counts[point.result] += point.count
    words = {"same": "same", "explained": "explained by the plan", "different": "different"}
    return " · ".join(f"{counts[word]:,} {text}" for word, text in words.items())


def judge(subject: str, name: str, source: str, container: str, why: str = "") -> Point:
    """One point: ``why`` is the explanation that holds if the two differ, "" for none."""
    if source == container:
        return Point(subject, name, source, container, "same")
    return Point(subject, name, source, container, "explained" if why else "different", why)


def allowed(point: Point, plan: Plan) -> Point:
    """A difference that the plan has a reason for, by "subject name"; * stands for anything."""
    if point.result != "different":
        return point
    name = f"{point.subject} {point.name}"
    reasons = [
        choice.reason
        for key, choice in plan.differences.items()
        if key == name or fnmatchcase(name, key)
    ]
    if not reasons:
        return point
    return replace(point, result="explained", why=f"plan: {reasons[0] or 'differences'}")


def pairs(
    subject: str,
    source: Iterable[T],
    container: Iterable[T],
    name: Callable[[T], str],
    text: Callable[[T], str],
    why: Callable[[str], str] = lambda _: "",
) -> list[Point]:
    """Compare two collections by name; ``why`` explains a name that differs or that one lacks."""
    left = {name(item): text(item) for item in source}
    right = {name(item): text(item) for item in container}
    keys = [*left, *(key for key in right if key not in left)]
    return [
        judge(subject, key, left.get(key, ABSENT), right.get(key, ABSENT), why(key)) for key in keys
    ]
