"""The application: hosts are opened, decisions made and saved, and how it ends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from functools import partial

from migrator.errors import MigratorError
from migrator.screen import decisions
from migrator.screen.ask import Form, Ways
from migrator.screen.pages import Pages

HANGUPS = (signal.SIGTERM, signal.SIGHUP)


class Report(Pages):
    """``BINDINGS`` are those of its pages."""

    def on_mount(self) -> None:
        for number in HANGUPS:
            asyncio.get_running_loop().add_signal_handler(number, self.exit)
        self._refresh()
        self._page_listing().table.focus()
        if len(self.hosts.names()) == 1:
            self.call_after_refresh(self._open, self.hosts.names()[0])

    def on_data_table_row_selected(self) -> None:
        if self.page == "hosts":
            self._open(self._page_listing().key)
        else:
            self.action_edit()

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
