"""The page of keys, from the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

# What an action does, in more words than the footer has room for.
MEANINGS = {
    "search": "search: rows with all these words, on every page",
    "level": "filter by level: this one and above, on hosts and findings",
    "family": "filter by family of findings, on hosts and findings",
    "cycle": "the next decision for the row: service, path, setting",
    "edit": "decide with a reason; on a finding: waive it (enter does the same)",
    "add": "add a path or a port that is not listed",
    "take_back": "take back: no waiver, no port on the target, no entry",
    "undo": "undo the last edit",
    "page('diff')": "the diff of plan.yml as it would be saved",
    "save": "save plan.yml",
    "help": "this page",
    "leave": "quit; asks when something is unsaved",
    "clear": "clear the filters, then back to the hosts",
}
NAMES = {"slash": "/", "question_mark": "?"}


def keys(bindings: list[BindingType]) -> Iterator[tuple[str, str]]:
    """(key, what it does), the keys of one action together."""
    found: dict[str, list[str]] = {}
    for binding in bindings:
        if isinstance(binding, Binding):
            names = [NAMES.get(key, key) for key in binding.key.split(",")]
            found.setdefault(binding.action, []).extend(names)
    for action, names in found.items():
        page = action.removeprefix("page('").removesuffix("')")
        yield " ".join(names), MEANINGS.get(action, f"page {page}")


class Help(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,question_mark,enter", "dismiss", "Close"),
    ]

    def compose(self) -> ComposeResult:
        text = Text("Arrows, page up and down, or the mouse move; esc closes this page.\n\n")
        for key, meaning in keys(self.app.BINDINGS):
            text.append(f"{key:14}", "bold")
            text.append(f"{meaning}\n")
        text.append("\n* marks a host with unsaved edits; each edit is in plan.draft.yml at once.")
        with VerticalScroll(classes="box"):
            yield Static(text, id="help")
