"""For spreadsheets: a row for each finding."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from migrator.assess import Assessment, Finding, Level
from migrator.assess.fleet import Fleet
from migrator.report.format import Format
from migrator.report.words import family, printable

COLUMNS = (
    *("host", "fit", "id", "family", "level", "title", "where", "evidence", "why", "todo"),
    *("side", "waived_by", "waived_until", "waived_because"),
)
FORMULA = ("=", "+", "-", "@")  # a spreadsheet would compute what begins so


class Csv(Format):
    def head(self, fleet: Fleet) -> str:
        return _rows([COLUMNS])

    def host(self, judged: Assessment) -> str:
        return _rows((judged.host, judged.fit, *_cells(f)) for f in judged.findings)

    def failed(self, host: str, error: str) -> str:
        """A row without an id, so that the host is not missed."""
        empty = dict.fromkeys(COLUMNS, "")
        return _rows([{**empty, "host": host, "fit": "failed", "evidence": error}.values()])


def _cells(finding: Finding) -> tuple[str, ...]:
    waiver = finding.waiver
    return (
        *(finding.id, family(finding.id), Level(finding.level).word, finding.title),
        *(finding.where, finding.evidence, finding.why, finding.todo, finding.side),
        *((waiver.owner, waiver.expires, waiver.reason) if waiver else ("", "", "")),
    )


def _rows(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_guarded(printable(cell)) for cell in row] for row in rows)
    return text.getvalue()


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) else cell
