"""The stages in order, each a function of (context, host); the CLI and Ansible both call these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from migrator.stages import assess, build, discover, launch, plan, snapshot, verify
from migrator.stages.context import Context, Outcome

__all__ = ["STAGES", "Context", "Outcome", "Stage"]


@dataclass(frozen=True)
class Stage:
    """``where`` it works; ``stream``: it needs a byte stream or a tunnel, not only an answer."""

    run: Callable[[Context, Any], Outcome]
    where: Literal["controller", "source", "target"]
    summary: str
    stream: bool = False


STAGES = {
    "discover": Stage(discover.run, "source", "read everything that the host is"),
    "assess": Stage(assess.run, "controller", "judge whether and how it can move"),
    "plan": Stage(plan.run, "controller", "propose every decision, in a file to edit"),
    "snapshot": Stage(snapshot.run, "source", "take its file system into the store", stream=True),
    "build": Stage(build.run, "controller", "make the image and its hooks"),
    "launch": Stage(launch.run, "target", "start the rich container on the target", stream=True),
    "verify": Stage(
        verify.run, "target", "compare it with the original, point by point", stream=True
    ),
}
