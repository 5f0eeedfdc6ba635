"""The application: pages of the hosts and of one host, keys, and how it ends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, Input, Static, TabbedContent, TabPane

from migrator.assess import Level
from migrator.errors import MigratorError
from migrator.report import words
from migrator.report.words import printable
from migrator.screen import decisions
from migrator.screen.ask import Form, Ways
from migrator.screen.desk import Desk
from migrator.screen.fleet import COLUMNS, Hosts
from migrator.screen.help import Help
from migrator.screen.listing import Listing
from migrator.screen.views import VIEWS, Row

PAGES = ("hosts", *(view.name for view in VIEWS))
MINIMUM = (0, Level.INFO, Level.WARNING, Level.RISK, Level.OVERRIDABLE, Level.BLOCKER)
HANGUPS = (signal.SIGTERM, signal.SIGHUP)


class Report(App[None]):
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

    def on_mount(self) -> None:
        for number in HANGUPS:
            asyncio.get_running_loop().add_signal_handler(number, self.exit)
        self._refresh()
        self._page_listing().table.focus()
        if len(self.hosts.names()) == 1:
            self._open(self.hosts.names()[0])

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

    def on_data_table_row_selected(self) -> None:
        if self.page == "hosts":
            self._open(self._page_listing().key)
        else:
            self.action_edit()

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

    def _open(self, name: str) -> None:
        if not name:
            return
        try:
            self.desk = self.hosts.desk(name)
        except MigratorError as error:
            self.hosts.failed(name, str(error))
            self._refresh()
            self._say(str(error), wrong=True)
            return
        self.action_page("findings")
        if self.desk.has_draft() and not self.desk.unsaved:
            ways = {"t": "take it up", "d": "delete it"}
            question = f"There is a draft of {name} with decisions that were not saved."
            self.push_screen(Ways(question, ways), self._draft)

    def _draft(self, way: str | None) -> None:
        if self.desk and way == "t":
            self._try(self.desk.take_draft)
        elif self.desk and way == "d":
            self.desk.drop_draft()

    # Decisions.

    def _try(self, edit: Callable[[], None]) -> None:
        try:
            edit()
        except MigratorError as error:
            self._say(str(error), wrong=True)
        self._refresh()

    def action_cycle(self) -> None:
        key = self._page_listing().key
        if self.desk and key:
            self._try(partial(decisions.cycle, self.desk, self.page, key))

    def action_edit(self) -> None:
        key = self._page_listing().key
        if key:
            self._ask(key)

    def action_add(self) -> None:
        if self.page in ("paths", "ports"):
            self._ask("")

    def _ask(self, key: str) -> None:
        if self.desk is None or self.page == "hosts":
            return
        desk, page = self.desk, self.page
        fields = decisions.fields(desk, page, key)
        if not fields:
            return

        def apply(values: Mapping[str, str]) -> None:
            decisions.decide(desk, page, key, values)

        what = f"waive {key.split()[0]}" if page == "findings" else f"{page}: {key or 'new'}"
        self.push_screen(Form(what, fields, apply), lambda _: self._refresh())

    def action_take_back(self) -> None:
        key = self._page_listing().key
        if self.desk and key:
            self._try(partial(decisions.take_back, self.desk, self.page, key))

    def action_undo(self) -> None:
        if self.desk:
            self._try(self.desk.undo)

    # Saving, and the end.

    def action_save(self) -> None:
        desk = self.desk
        if desk is None or not desk.unsaved:
            self._say("nothing is unsaved")
        elif desk.changed_on_disk():
            ways = {"m": "merge: mine over theirs, see the diff", "r": "read it anew, drop mine"}
            question = f"{desk.work.plan} was changed by another one meanwhile."
            self.push_screen(Ways(question, ways), self._changed)
        else:
            self._try(desk.save)
            if not desk.unsaved:
                self._say(f"saved {desk.work.plan}")

    def _changed(self, way: str | None) -> None:
        if self.desk and way == "m":
            self._try(self.desk.merge_disk)
            self.action_page("diff")
        elif self.desk and way == "r":
            self._try(self.desk.reload)
            self.desk.drop_draft()

    def action_leave(self) -> None:
        names = [desk.context.host for desk in self.hosts.unsaved()]
        if not names:
            self.exit()
        elif not isinstance(self.screen, Ways):
            ways = {"s": "save", "k": "keep a draft for the next time", "d": "drop the edits"}
            self.push_screen(Ways(f"Unsaved: {', '.join(names)}", ways), self._leave)

    def _leave(self, way: str | None) -> None:
        if not way:
            return
        for desk in self.hosts.unsaved():
            if way == "s" and desk.changed_on_disk():
                self.desk = desk
                self.action_save()  # asks
                return
            if way == "s":
                self._try(desk.save)
            elif way == "d":
                desk.drop_draft()
        if way != "s" or not self.hosts.unsaved():
            self.exit()
