"""The pages of the terminal as a plain file, with everything."""

from __future__ import annotations

from migrator.assess import Assessment
from migrator.assess.fleet import Fleet
from migrator.report import assessment, fleet
from migrator.report.format import Format
from migrator.report.plain import plain
from migrator.report.words import printable

WIDTH = 100


class Text(Format):
    def head(self, found: Fleet) -> str:
        return plain(fleet.page(found, whole=True), WIDTH) + "\n" if self.request.hosts > 1 else ""

    def host(self, judged: Assessment) -> str:
        return plain(assessment.page(judged, whole=True), WIDTH) + "\n"

    def failed(self, host: str, error: str) -> str:
        return f"{printable(host)} could not be assessed: {printable(error)}\n\n"
