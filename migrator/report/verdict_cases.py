"""A comparison for pipelines: a test case for each point, in JUnit's XML."""

from __future__ import annotations

from xml.sax.saxutils import escape

from migrator.report.junit import HEAD, TAIL, attribute, suite
from migrator.report.words import printable
from migrator.verify import Point, Verdict


def document(verdict: Verdict) -> str:
    cases = [_case(verdict.host, point) for point in verdict.points]
    return HEAD.format("verify") + suite(verdict.host, cases) + TAIL


def _case(host: str, point: Point) -> str:
    group, name = attribute(f"{host}.{point.subject}"), attribute(point.name)
    return f"<testcase classname={group} name={name}>{_result(point)}</testcase>\n"


def _result(point: Point) -> str:
    """Nothing of one that is the same."""
    words = f"{point.source} on the source, {point.container} in the container"
    if point.result == "different":
        return f'<failure type="different" message={attribute(words)}/>'
    if point.result == "explained":
        return f"<system-out>{escape(printable(f'{words}: {point.why}'))}</system-out>"
    return ""
