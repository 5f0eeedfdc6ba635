"""What the steps of one move work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrator.cutover.ends import Ends
from migrator.cutover.journal import Journal
from migrator.cutover.prober import Prober
from migrator.cutover.services import Unit
from migrator.decode import decode
from migrator.plan import Plan
from migrator.stages.context import Context
from migrator.workdir import Workdir


@dataclass
class Scene:
    """``target_name``: the inventory's name of the target."""

    context: Context
    ends: Ends
    plan: Plan
    journal: Journal
    prober: Prober

    @property
    def work(self) -> Workdir:
        return self.context.work

    @property
    def host(self) -> str:
        return self.context.host

    @property
    def target_name(self) -> str:
        return self.ends.addresses[1].name

    def units(self) -> list[Unit]:
        """What runs on the source now."""
        return [decode(Unit, row, "units") for row in self.look()["units"]]

    def look(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ends.source.call("control", "look", {})
        return found
