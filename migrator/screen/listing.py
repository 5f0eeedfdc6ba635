"""A page: a table of rows that can be searched, and the detail of the row under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import DataTable, Static

from migrator.report.words import printable
from migrator.screen.views import Row

STYLES = {
    **{word: "bold red" for word in ("blocker", "keep-as-vm", "failed")},
    **{word: "magenta" for word in ("overridable", "needs-work")},
    **{word: "yellow" for word in ("risk", "warning", "ready-with-changes")},
    **{word: "green" for word in ("ready", "waived")},
}


class Listing(Vertical):
    """``name`` is that of its view. Texts are shown as they are, never as markup."""

    def __init__(self, name: str, columns: Sequence[str], empty: str) -> None:
        super().__init__(name=name, id=f"list-{name}")
        self._columns, self._empty = columns, empty
        self._rows: list[Row] = []

    def compose(self) -> ComposeResult:
        table: DataTable[Text] = DataTable(cursor_type="row", zebra_stripes=False)
        table.add_columns(*self._columns)
        yield table
        with VerticalScroll(can_focus=False):
            yield Static("", markup=False)

    @property
    def table(self) -> DataTable[Text]:
        return self.query_one(DataTable)

    @property
    def key(self) -> str:
        """Of the row under the cursor; "" without one."""
        at = self.table.cursor_row
        return self._rows[at].key if 0 <= at < len(self._rows) else ""

    def show(self, rows: Sequence[Row]) -> None:
        """The cursor stays on its row, or near it."""
        table, key, at = self.table, self.key, self.table.cursor_row
        self._rows = list(rows)
        table.clear()
        for row in self._rows:
            table.add_row(*map(_cell, row.cells))
        keys = [row.key for row in self._rows]
        table.move_cursor(row=keys.index(key) if key in keys else min(at, len(keys) - 1))
        self.detail()

    def detail(self) -> None:
        at = self.table.cursor_row
        text = Text(self._empty if not self._rows else "")
        if 0 <= at < len(self._rows):
            for heading, said in self._rows[at].detail:
                text.append(f"{heading}: ", "bold")
                text.append(f"{printable(said)}\n")
        self.query_one(Static).update(text)


def _cell(text: str) -> Text:
    style = STYLES.get(text, "")
    if text.startswith(("+", "-")) and len(text) > 1:
        style = "green" if text[0] == "+" else "red"
    return Text(printable(text), style, no_wrap=True, overflow="ellipsis")
