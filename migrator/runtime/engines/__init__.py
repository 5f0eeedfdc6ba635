"""The container engines that the runtime can use, the preferred one first."""

from typing import Dict

from migrator.runtime.engines.interface import NOBODY, Engine
from migrator.runtime.engines.quadlet import Quadlet
from migrator.runtime.run import TARGET_UNFIT, Explained

__all__ = ["ENGINES", "NOBODY", "Engine", "chosen"]

ENGINES: Dict[str, Engine] = {engine.name: engine for engine in (Quadlet(),)}


def chosen() -> Engine:
    """The first that this target can use. Raises Explained with what the preferred one lacks."""
    refusals = []
    for engine in ENGINES.values():
        refusal = engine.unfit()
        if refusal is None:
            return engine
        refusals.append(refusal)
    message, hint = refusals[0]
    raise Explained(message, hint, TARGET_UNFIT)
