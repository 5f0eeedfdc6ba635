"""The page of a stage that has one, for the terminal."""

from __future__ import annotations

from rich.console import RenderableType

from migrator.assess import Assessment
from migrator.report import assessment, difference, verdict
from migrator.verify import Verdict
from migrator.workdir import Workdir, read_json

__all__ = ["difference", "page"]


def page(stage: str, work: Workdir) -> RenderableType | None:
    """The page of a stage that has one, from its result in the work directory."""
    if stage == "assess" and work.assessment.exists():
        return assessment.page(Assessment.from_json(read_json(work.assessment, "assess")))
    if stage == "verify" and work.verify.exists():
        return verdict.page(Verdict.from_json(read_json(work.verify, "verify")))
    return None
