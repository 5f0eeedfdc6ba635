"""The container engines that the runtime can use, the preferred one first."""

from pathlib import Path
from typing import Dict

from migrator.runtime.engines.docker import Docker
from migrator.runtime.engines.interface import NOBODY, Engine, Row
from migrator.runtime.engines.kept import PLACE
from migrator.runtime.engines.layered import Nspawn, Runc
from migrator.runtime.engines.podman import OldPodman
from migrator.runtime.engines.quadlet import Quadlet
from migrator.runtime.run import TARGET_UNFIT, Explained

__all__ = ["AUTO", "ENGINES", "NOBODY", "Engine", "choice", "chosen", "of", "remember"]

AUTO = "auto"
ENGINES: Dict[str, Engine] = {
    engine.name: engine for engine in (Quadlet(), OldPodman(), Docker(), Nspawn(), Runc())
}


def of(params: Row) -> Engine:
    """The engine of the container params["name"]: the one that it was launched with, else the one
    that params["engine"] names or the first that fits."""
    mark = _mark(params["name"])
    launched = mark.read_text().strip() if mark.exists() else ""
    return ENGINES[launched] if launched in ENGINES else chosen(params.get("engine", AUTO))


def remember(name: str, engine: Engine) -> None:
    _mark(name).parent.mkdir(parents=True, exist_ok=True)
    _mark(name).write_text(engine.name + "\n")


def choice(params: Row) -> Row:
    """{"chosen", "refusal", "hint"} for the container of ``params``, as ``of`` chooses."""
    try:
        return {"chosen": of(params).name, "refusal": "", "hint": ""}
    except Explained as error:
        return {"chosen": "", "refusal": error.message, "hint": error.hint}


def _mark(name: str) -> Path:
    return PLACE / name / "engine"


def chosen(name: str = AUTO) -> Engine:
    """The engine of that name, or the first that this target can use. Raises Explained with what
    it, or the preferred one, lacks."""
    refusals = []
    for engine in ENGINES.values():
        if name not in (AUTO, engine.name):
            continue
        refusal = engine.unfit()
        if refusal is None:
            return engine
        refusals.append(refusal)
    message, hint = refusals[0]
    raise Explained(message, hint, TARGET_UNFIT)
