"""A comparison as one page for a browser, in a file that asks for nothing else."""

from __future__ import annotations

from collections import Counter

from migrator import __version__
from migrator.report.html.page import digest, environment, plain
from migrator.verify import Point, Verdict, summary

MEANINGS = {
    "same": ("ready", "As it was on the source."),
    "explained": ("ready-with-changes", "Otherwise, for a reason of the plan or of containers."),
    "different": ("keep-as-vm", "Otherwise, and nobody said why."),
}
SHOWN = 3  # names beside a reason; verify.json has all


def page(verdict: Verdict) -> str:
    style = plain("report.css")
    counts = Counter[str]()
    subjects: dict[str, Counter[str]] = {}
    for point in verdict.points:
        counts[point.result] += point.count
        subjects.setdefault(point.subject, Counter())[point.result] += point.count
    return (
        environment()
        .get_template("report/verdict.html.j2")
        .render(
            verdict=verdict,
            summary=summary(verdict),
            wrong=[point for point in verdict.points if point.result == "different"],
            tiles=[(word, counts[word], *meaning) for word, meaning in MEANINGS.items()],
            subjects=subjects.items(),
            reasons=_reasons(verdict),
            style=style,
            policy=f"default-src 'none'; style-src {digest(style)}; base-uri 'none';"
            " form-action 'none'",
            version=__version__,
        )
    )


def _reasons(verdict: Verdict) -> list[tuple[str, str, int, str]]:
    """(why, subject, points, some names), the most frequent first."""
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in verdict.points:
        if point.result == "explained":
            groups.setdefault((point.why, point.subject), []).append(point)
    rows = [
        (why, subject, sum(p.count for p in points), _names(why, points))
        for (why, subject), points in groups.items()
    ]
    return sorted(rows, key=lambda row: -row[2])


def _names(why: str, points: list[Point]) -> str:
    names = [point.name for point in points if point.name != why]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
