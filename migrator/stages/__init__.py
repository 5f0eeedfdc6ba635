"""The stages in order; the CLI and Ansible both run these, each from the module of its name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, cast

from migrator.stages.context import Context, Move, Outcome

__all__ = ["STAGES", "Context", "Move", "Outcome", "Stage"]


@dataclass(frozen=True)
class Stage:
    """``where`` it works; ``stream``: it needs a byte stream or a tunnel, not only an answer."""

    name: str
    where: Literal["controller", "source", "target", "both"]
    summary: str
    stream: bool = False

    def run(self, context: Context, host: Any) -> Outcome:
        """``host`` is a Caller, a Carrier for a stream, Ends for both, or None on the controller
        alone.

        The module is only loaded now: Ansible starts a process for each task.
        """
        return cast(Outcome, import_module(f"migrator.stages.{self.name}").run(context, host))


STAGES = {
    stage.name: stage
    for stage in (
        Stage("discover", "source", "read everything that the host is"),
        Stage("assess", "controller", "judge whether and how it can move"),
        Stage("plan", "controller", "propose every decision, in a file to edit"),
        Stage("snapshot", "source", "take its file system into the store", stream=True),
        Stage("build", "controller", "make the image and its hooks"),
        Stage("launch", "target", "start the rich container on the target", stream=True),
        Stage("verify", "target", "compare it with the original, point by point", stream=True),
        Stage("sync", "both", "bring what changed to the target while the source serves", True),
        Stage("cutover", "both", "stop the source and go on with the target", stream=True),
        Stage("rollback", "both", "go back to the source, from wherever it stands", stream=True),
    )
}
