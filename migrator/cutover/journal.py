"""What was begun and what was done, on disk before and after it happens: a killed run is known."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from migrator.errors import StoreDamaged
from migrator.workdir import make_private, private

Row = dict[str, Any]


class Journal:
    """One line for each event, synced to the disk. What counts is the last attempt.

    Events: ``attempt`` begins one; ``begun`` of a step has what its undo needs, ``done`` what came
    of it, ``undone`` that it was taken back; ``finished`` and ``back`` end the attempt.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = _read(path)

    @property
    def attempt(self) -> list[Row]:
        begins = [n for n, row in enumerate(self._rows) if row["event"] == "attempt"]
        return self._rows[begins[-1] :] if begins else []

    @property
    def state(self) -> str:
        """none | open | finished | back."""
        if not self.attempt:
            return "none"
        last = [row["event"] for row in self.attempt if row["event"] in ("finished", "back")]
        return last[-1] if last else "open"

    def before(self, step: str) -> Row | None:
        """What the step found when it began, for its undo; None when it did not, or is undone."""
        found: Row | None = None
        for row in self._of(step):
            if row["event"] == "begun" and found is None:
                found = row["before"]
            elif row["event"] == "undone":
                found = None
        return found

    def result(self, step: str) -> Row | None:
        """What came of a step that is done and not undone."""
        found: Row | None = None
        for row in self._of(step):
            if row["event"] in ("done", "undone"):
                found = row["result"] if row["event"] == "done" else None
        return found

    def last(self) -> Row:
        """The last event of a step; empty before the first."""
        return next((row for row in reversed(self.attempt) if "step" in row), {})

    def write(self, event: str, step: str = "", **more: Any) -> None:
        row: Row = {"at": round(time.time(), 3), "event": event, **more}
        if step:
            row["step"] = step
        make_private(self._path.parent)
        with open(self._path, "a", opener=private) as handle:
            handle.write(json.dumps(row, sort_keys=True) + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        self._rows.append(row)

    def _of(self, step: str) -> list[Row]:
        return [row for row in self.attempt if row.get("step") == step]


def _read(path: Path) -> list[Row]:
    """The last line may be a half one: its writer was killed, and what it says had not begun."""
    if not path.exists():
        return []
    text = path.read_text()
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        with path.open("r+") as handle:
            handle.truncate(len(whole.encode()))
    try:
        return [json.loads(line) for line in whole.splitlines()]
    except ValueError as error:
        hint = "see what runs where, and move the file away"
        raise StoreDamaged(f"{path} is damaged ({error})", hint) from error
