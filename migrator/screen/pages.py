"""What is shown: pages of the hosts and of one host, filters, and the keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, Input, Static, TabbedContent, TabPane

from migrator.assess import Level
from migrator.report import words
from migrator.report.words import printable
from migrator.screen.desk import Desk
from migrator.screen.fleet import COLUMNS, Hosts
from migrator.screen.help import Help
from migrator.screen.listing import Listing
from migrator.screen.views import VIEWS, Row

PAGES = ("hosts", *(view.name for view in VIEWS))
MINIMUM = (0, Level.INFO, Level.WARNING, Level.RISK, Level.OVERRIDABLE, Level.BLOCKER)


class Pages(App[None]):
    CSS_PATH = "style.tcss"
    ENABLE_COMMAND_PALETTE = False
    TITLE = "migrator"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/"),
        Binding("l", "level", "Level"),
        Binding("f", "family", "Family"),
        Binding("space", "cycle", "Next", key_display="spc"),
        Binding("e", "edit", "Edit"),
        Binding("a", "add", "Add", show=False),
        Binding("x", "take_back", "Take back", show=False),
        Binding("u", "undo", "Undo"),
        Binding("d", "page('diff')", "Diff"),
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "leave", "Quit"),
        Binding("ctrl+c,ctrl+q", "leave", "Quit", show=False, priority=True),
        Binding("escape", "clear", "Clear the filters, then back to the hosts", show=False),
        *(
            Binding(str(number), f"page('{page}')", f"Page {page}", show=False)
            for number, page in enumerate(PAGES, 1)
        ),
    ]

    def __init__(self, hosts: Hosts) -> None:
        super().__init__()
        self.hosts = hosts
        self.desk: Desk | None = None
        self._level, self._family, self._words = 0, "", ""

    def compose(self) -> ComposeResult:
        yield Static("", id="head", markup=False)
        with TabbedContent(initial="hosts"):
            with TabPane("hosts", id="hosts"):
                yield Listing("hosts", COLUMNS, "No host.")
            for view in VIEWS:
                with TabPane(view.name, id=view.name):
                    yield Listing(view.name, view.columns, view.empty)
        yield Input(placeholder="words that a row must have", id="filter", compact=True)
        yield Footer(compact=True, show_command_palette=False)

    # What is shown.

    @property
    def page(self) -> str:
        return self.screen_stack[0].query_one(TabbedContent).active or "hosts"

    def _page_listing(self) -> Listing:
        return self.screen_stack[0].query_one(f"#list-{self.page}", Listing)

    def _refresh(self) -> None:
        listing = self._page_listing()
        listing.show([row for row in self._rows() if self._is_shown(row)])
        self.screen_stack[0].query_one("#head", Static).update(printable(self._head()))

    def _rows(self) -> Iterable[Row]:
        if self.page == "hosts":
            return self.hosts.rows(self._level, self._family)
        view = next(view for view in VIEWS if view.name == self.page)
        return view.rows(self.desk) if self.desk else ()

    def _is_shown(self, row: Row) -> bool:
        if self.page == "findings":
            fits = row.level >= self._level and self._family in ("", row.family)
            if not fits:
                return False
        text = " ".join((*row.cells, *(said for _, said in row.detail))).casefold()
        return all(word in text for word in self._words.casefold().split())

    def _head(self) -> str:
        shown = [f"level {Level(self._level).word} and above"] if self._level else []
        shown += [f"family {self._family}"] if self._family else []
        shown += [f"/{self._words}"] if self._words else []
        filters = f"   [{', '.join(shown)}]" if shown else ""
        if self.page == "hosts":
            return f"{len(self.hosts.names())} hosts; enter opens one{filters}"
        if self.desk is None:
            return "no host is open: choose one on the page hosts"
        judged = self.desk.judged
        size = words.size(judged.sizes.image), words.size(judged.sizes.volumes)
        unsaved = "   * unsaved" if self.desk.unsaved else ""
        sizes = f"image {size[0]}, volumes {size[1]}"
        return f"{judged.host}: {judged.fit}   {sizes}{unsaved}{filters}"

    def on_tabbed_content_tab_activated(self) -> None:
        self._refresh()
        self._page_listing().table.focus()

    def on_data_table_row_highlighted(self) -> None:
        self._page_listing().detail()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "filter":
            self._words = event.value
            self._refresh()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "filter":
            self._page_listing().table.focus()

    def _say(self, text: str, wrong: bool = False) -> None:
        self.notify(printable(text), severity="error" if wrong else "information", markup=False)

    # Pages and filters.

    def action_page(self, name: str) -> None:
        self.screen_stack[0].query_one(TabbedContent).active = name

    def action_search(self) -> None:
        box = self.screen_stack[0].query_one("#filter", Input)
        box.add_class("shown")
        box.focus()

    def action_level(self) -> None:
        self._level = MINIMUM[(MINIMUM.index(self._level) + 1) % len(MINIMUM)]
        self._refresh()

    def action_family(self) -> None:
        judged = self.desk.judged.findings if self.desk else self.hosts.findings()
        known = ["", *sorted({words.family(finding.id) for finding in judged})]
        at = known.index(self._family) if self._family in known else 0
        self._family = known[(at + 1) % len(known)]
        self._refresh()

    def action_clear(self) -> None:
        box = self.screen_stack[0].query_one("#filter", Input)
        if self._level or self._family or self._words or box.has_focus:
            self._level, self._family = 0, ""
            box.value = self._words = ""
            box.remove_class("shown")
            self._page_listing().table.focus()
            self._refresh()
        else:
            self.action_page("hosts")

    def action_help(self) -> None:
        self.push_screen(Help())
