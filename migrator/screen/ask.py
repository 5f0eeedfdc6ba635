"""The two questions that are asked above a page: fields of a decision, and one of several ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from migrator.errors import MigratorError
from migrator.report.words import printable
from migrator.screen.decisions import Field


class Form(ModalScreen[bool]):
    """``apply`` gets the values, and may refuse them with a MigratorError, which is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(False)", "Cancel")]

    def __init__(
        self, title: str, fields: Sequence[Field], apply: Callable[[Mapping[str, str]], None]
    ) -> None:
        super().__init__()
        self._title, self._fields, self._apply = title, fields, apply

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(printable(self._title), markup=False, classes="title")
            for number, field in enumerate(self._fields):
                words = f"{field.name}: {' | '.join(field.allowed)}".rstrip(": ")
                yield Label(words, markup=False)
                yield Input(field.value, id=f"field-{number}", compact=True)
            yield Static("", id="problem", markup=False)
            with Horizontal():
                yield Button("OK (enter)", id="ok", compact=True)
                yield Button("Cancel (esc)", id="cancel", compact=True)

    def on_input_submitted(self) -> None:
        self._done()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "ok":
            self._done()
        else:
            self.dismiss(False)

    def _done(self) -> None:
        values = {
            field.name: self.query_one(f"#field-{number}", Input).value
            for number, field in enumerate(self._fields)
        }
        try:
            for field in self._fields:
                if field.allowed and values[field.name] not in field.allowed:
                    raise MigratorError(f"{field.name} is one of {', '.join(field.allowed)}")
            self._apply(values)
        except MigratorError as error:
            self.query_one("#problem", Static).update(printable(str(error)))
        else:
            self.dismiss(True)


class Ways(ModalScreen[str]):
    """One of several ways by its first letter or the mouse; escape is ""."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss('')", "Cancel")]

    def __init__(self, question: str, ways: Mapping[str, str]) -> None:
        super().__init__()
        self._question, self._ways = question, ways

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(printable(self._question), markup=False, classes="title")
            for letter, words in self._ways.items():
                yield Button(f"{letter}  {words}", id=f"way-{letter}", compact=True)
            yield Button("esc  cancel", id="way-", compact=True)

    def on_key(self, event: object) -> None:
        key = getattr(event, "key", "")
        if key in self._ways:
            self.dismiss(key)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss((event.button.id or "way-").removeprefix("way-"))
