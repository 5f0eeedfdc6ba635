"""One page for a browser: the fleet and each host, in a file that asks for nothing else.

Facts are a stranger's words: Jinja2 escapes every value, and what cannot be printed is spelled out
before. The page's policy allows its own script and style by their digests and nothing else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from markupsafe import Markup

from migrator import __version__
from migrator.assess import Assessment, Finding
from migrator.assess.fit import TABLE
from migrator.assess.fleet import Fleet
from migrator.report.format import Format, Request
from migrator.report.html import maps, pictures
from migrator.report.html.page import digest, environment, plain

FULL = 150  # of more hosts than these, each has its findings and sizes alone
PLACES = 200  # of one finding that are shown; assessment.json has all
FITS = {row.fit: row.meaning for row in TABLE}


class Html(Format):
    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self._templates = environment()
        self._rules: dict[str, Finding] = {}
        self._full = request.hosts <= FULL

    def head(self, fleet: Fleet) -> str:
        return self._render(
            "head.html.j2",
            fleet=fleet,
            many=self.request.hosts > 1,
            full=self._full,
            rules=self._rules,
            style=self._style,
            policy=f"default-src 'none'; script-src {digest(self._script)};"
            f" style-src {digest(self._style)}; base-uri 'none'; form-action 'none'",
            map=maps.of_fleet(fleet),
            waves=pictures.waves(fleet),
            day=pictures.day(fleet.minutes),
            fits=FITS,
        )

    def host(self, judged: Assessment) -> str:
        for finding in judged.findings:
            self._rules.setdefault(finding.id, finding)
        return self._render(
            "host.html.j2",
            host=judged,
            many=self.request.hosts > 1,
            full=self._full,
            groups=_groups(judged),
            places=PLACES,
            map=maps.of_host(judged) if self._full else None,
            timeline=pictures.timeline(judged.jobs) if self._full else (),
            day=pictures.day(judged.minutes) if self._full else None,
            taken=datetime.fromtimestamp(judged.summary.taken_at, UTC),
            fits=FITS,
        )

    def failed(self, host: str, error: str) -> str:
        return self._render("failed.html.j2", host=host, error=error)

    def tail(self, fleet: Fleet) -> str:
        return self._render("tail.html.j2", version=__version__, script=self._script)

    @cached_property
    def _script(self) -> Markup:
        return plain("report.js")

    @cached_property
    def _style(self) -> Markup:
        return plain("report.css")

    def _render(self, name: str, **values: Any) -> str:
        return self._templates.get_template(f"report/{name}").render(values)


def _groups(judged: Assessment) -> list[list[Finding]]:
    """Findings of one rule and level together, waived ones apart."""
    groups = groupby(judged.findings, key=lambda finding: finding.id)
    split = (groupby(group, key=lambda finding: finding.waiver) for _, group in groups)
    return [list(group) for parts in split for _, group in parts]
