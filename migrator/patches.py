"""The files of work/<host>/patches/: proposals are written there, approved ones read from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrator.adapt.patches.make import BEGINNING
from migrator.errors import PlanInvalid
from migrator.plan import Plan
from migrator.plan.literals import ENDING
from migrator.workdir import Workdir, explained, make_private, write_text


def reviewed(plan: Plan, work: Workdir) -> Plan:
    """``plan`` with the text of each approved patch. Raises PlanInvalid for one that is missing."""
    texts = {}
    for name, patch in plan.patches.items():
        if patch.decision == "apply" and not patch.text:
            texts[name] = replace(patch, text=_read(work, name))
    return replace(plan, patches={**plan.patches, **texts})


def _read(work: Workdir, name: str) -> str:
    path = work.patches / name
    if "/" in name or name.startswith("."):
        raise PlanInvalid(f"patches: {name!r} is no name of a file", f"put it into {work.patches}")
    try:
        return path.read_text()
    except FileNotFoundError as error:
        hint = "put it there, or set its decision to skip in the plan"
        raise PlanInvalid(f"{path} does not exist and the plan applies it", hint) from error
    except UnicodeDecodeError as error:
        raise PlanInvalid(f"{path} is no text in UTF-8", "save it as UTF-8") from error
    except OSError as error:
        raise explained(error, path) from error


def write(proposals: Mapping[str, str], plan: Plan, work: Workdir) -> int:
    """Replace all proposals but the approved ones, which are a person's now; how many wait."""
    approved = {name for name, patch in plan.patches.items() if patch.decision == "apply"}
    for path in sorted(work.patches.glob(f"*{ENDING}")):
        stale = path.name not in proposals and path.read_text().startswith(BEGINNING)
        if stale and path.name not in approved:
            path.unlink()
    waiting = {name: text for name, text in proposals.items() if name not in approved}
    if waiting:
        make_private(work.patches)
    for name, text in waiting.items():
        write_text(work.patches / name, text)
    return len(waiting)
