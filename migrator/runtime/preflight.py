"""What must hold on the target before anything is changed there."""

import shutil
from pathlib import Path
from typing import Any, Dict, List

from migrator.runtime import claims, engines, traps, wanted
from migrator.runtime.engines import NOBODY, Engine
from migrator.runtime.run import TARGET_UNFIT, Explained, succeeds
from migrator.runtime.steps.main import PATH
from migrator.runtime.volumes import free


def preflight(engine: Engine, spec: Dict[str, Any]) -> List[str]:
    """What may go wrong, as sentences. Raises Explained with code TARGET_UNFIT for the first thing
    that does not hold."""
    name = spec["name"]
    if not Path("/run/systemd/system").exists():
        _refuse("the target is not run by systemd", "choose a target with systemd")
    if spec["engine"] not in (engines.AUTO, engine.name):
        hint = "remove the container first; its volumes are that engine's"
        _refuse(f"{name} is run by {engine.name}, not by {spec['engine']}", hint)
    for words in engine.cannot(wanted.of(spec)):
        hint = "change the plan, or its container.engine"
        _refuse(f"{engine.name} {words}", hint)
    warnings, fatal = traps.told(traps.found(engine, spec))
    for trap in fatal:
        _refuse(trap.message, trap.hint)
    active = succeeds(["systemctl", "--quiet", "is-active", f"{name}.service"])
    _name(engine, name)
    if not active:
        _ports(spec["ports"])
    _space(engine, spec)
    _tools(spec["tools"])
    return warnings


def _refuse(message: str, hint: str) -> None:
    raise Explained(message, hint, TARGET_UNFIT)


def _name(engine: Engine, name: str) -> None:
    """A container of the same name that is not ours would be replaced."""
    if engine.owner(name) not in (name, NOBODY):
        hint = "rename or remove it, or launch on another target"
        _refuse(f"a container {name} exists already and was not made by the toolkit", hint)


def _ports(ports: List[Dict[str, Any]]) -> None:
    for port in claims.taken([[port["target"], port["protocol"]] for port in ports]):
        words = "port {port}/{protocol} is taken ({reason})".format(**port)
        _refuse(words, "choose another port in the plan's ports")


def _space(engine: Engine, spec: Dict[str, Any]) -> None:
    image = spec["image"]
    lacking = 0 if image["there"] else image["size"]
    lacking += sum(volume["size"] for volume in spec["volumes"] if not volume.get("filled"))
    if not lacking:
        return
    place = engine.place()
    if free(place) < lacking:
        message = f"{place} has {free(place) >> 20} MB free, {lacking >> 20} MB are needed"
        _refuse(message, "free some space there or choose another target")


def _tools(needed: Dict[str, str]) -> None:
    for tool, step in sorted(needed.items()):
        if not shutil.which(tool, path=PATH):
            hint = f"install it there, or take {step} from the plan's hooks"
            _refuse(f"{tool} is missing, which the step {step} needs", hint)
