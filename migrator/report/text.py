"""The pages of the terminal as a plain file, with everything."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType

from migrator.assess import Assessment
from migrator.assess.fleet import Fleet
from migrator.report import assessment, fleet
from migrator.report.format import Format
from migrator.report.words import printable

WIDTH = 100


class Text(Format):
    def head(self, found: Fleet) -> str:
        return _plain(fleet.page(found, whole=True)) + "\n" if self.request.hosts > 1 else ""

    def host(self, judged: Assessment) -> str:
        return _plain(assessment.page(judged, whole=True)) + "\n"

    def failed(self, host: str, error: str) -> str:
        return f"{printable(host)} could not be assessed: {printable(error)}\n\n"


def _plain(page: RenderableType) -> str:
    text = io.StringIO()
    Console(file=text, width=WIDTH, no_color=True, force_terminal=False).print(page)
    return text.getvalue()
