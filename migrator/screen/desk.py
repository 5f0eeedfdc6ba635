"""One host's plan while a person decides: edits, undo, what they lead to, the draft, the file.

Each edit goes into a draft beside the plan at once, so that nothing is lost however the process
ends. The plan's file changes only when it is saved.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable, Sequence
from typing import Any

from migrator.assess import Assessment
from migrator.errors import PlanInvalid
from migrator.facts import Facts
from migrator.plan import Plan
from migrator.plan import file as plan_file
from migrator.plan.merge import merge, overlay
from migrator.plan.propose import propose
from migrator.stages.context import Context
from migrator.workdir import Workdir, write_text

Mapping = dict[str, Any]
Judge = Callable[[Context, Facts, Plan], Assessment]


class Desk:
    """``plan`` and ``judged`` are always those of ``mapping``."""

    def __init__(self, context: Context, judge: Judge) -> None:
        self.context, self._judge = context, judge
        self.found = context.facts()
        proposal = plan_file.dump(propose(self.found, context.host))
        self.proposed = overlay(proposal, context.choices)
        self._undo: list[Mapping] = []
        self.plan: Plan
        self.judged: Assessment
        self.reload()

    @property
    def work(self) -> Workdir:
        return self.context.work

    @property
    def unsaved(self) -> bool:
        return self.mapping != self._saved

    @property
    def undoable(self) -> bool:
        return bool(self._undo)

    def reload(self) -> None:
        """The plan as it is on disk, or as it would be proposed; edits are dropped."""
        self._text = self._on_disk()
        saved = plan_file.read(self.work.plan) if self._text else self.proposed
        self._take(saved)
        self._saved = saved
        self._undo.clear()

    def put(self, keys: Sequence[str], value: Any) -> None:
        """Decide ``value`` at ``keys``. Raises PlanInvalid, and changes nothing, if it is wrong."""
        changed = copy.deepcopy(self.mapping)
        place = changed
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value
        self._edit(changed)

    def drop(self, keys: Sequence[str]) -> None:
        """Take away what is decided at ``keys``, if anything is."""
        changed = copy.deepcopy(self.mapping)
        place = changed
        for key in keys[:-1]:
            place = place[key]
        place.pop(keys[-1], None)
        self._edit(changed)

    def undo(self) -> None:
        if self._undo:
            self._take(self._undo.pop())
            self._write_draft()

    def text(self) -> str:
        """The plan's file as it would be saved."""
        return plan_file.text(self.mapping)

    def diff(self) -> list[str]:
        """Lines of a unified diff from the file (or the proposal) to what would be saved."""
        if not self.unsaved:
            return []
        before = self._text or plan_file.text(self._saved)
        name = self.work.plan.name
        lines = before.splitlines(), self.text().splitlines()
        return list(difflib.unified_diff(*lines, name, f"{name} (unsaved)", lineterm="", n=2))

    def changed_on_disk(self) -> bool:
        return self._on_disk() != self._text

    def merge_disk(self) -> None:
        """Lay the edits over what another one saved meanwhile; where both differ, these count."""
        theirs = plan_file.read(self.work.plan) if self._on_disk() else self._saved
        last, self._text, self._saved = self._saved, self._on_disk(), theirs
        self._edit(merge(last, self.mapping, theirs))

    def save(self) -> None:
        """Into plan.yml; without one the proposal is kept beside it, as the stage plan does."""
        with self.work.lock("the interactive report"):
            if not self.work.plan_defaults.exists():
                plan_file.save(self.work.plan_defaults, self.proposed)
            plan_file.save(self.work.plan, self.mapping)
        self._text, self._saved = self._on_disk(), self.mapping
        self._write_draft()

    def has_draft(self) -> bool:
        return self.work.plan_draft.exists()

    def take_draft(self) -> None:
        """Go on with what was not saved, laid over the plan as it is now."""
        draft = plan_file.read(self.work.plan_draft)
        base, edited = draft.get("base"), draft.get("plan")
        if not isinstance(base, dict) or not isinstance(edited, dict):
            hint = "delete it; the plan itself is untouched"
            raise PlanInvalid(f"{self.work.plan_draft} is no draft", hint)
        self._edit(merge(base, edited, self._saved))

    def drop_draft(self) -> None:
        self.work.plan_draft.unlink(missing_ok=True)

    def _edit(self, changed: Mapping) -> None:
        before = self.mapping
        self._take(changed)
        if changed != before:
            self._undo.append(before)
        self._write_draft()

    def _take(self, mapping: Mapping) -> None:
        plan = plan_file.check(mapping, self.work.plan.name, self.context.host)
        self.judged = self._judge(self.context, self.found, plan)
        self.mapping, self.plan = mapping, plan

    def _write_draft(self) -> None:
        if self.unsaved:
            draft = {"base": self._saved, "plan": self.mapping}
            write_text(self.work.plan_draft, plan_file.yaml_of(draft))
        else:
            self.drop_draft()

    def _on_disk(self) -> str:
        """ "" without a file."""
        path = self.work.plan
        return path.read_text() if path.exists() else ""
