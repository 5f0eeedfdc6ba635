"""Which services of a host run under a supervisor, how, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.adapt.change import Tree
from migrator.adapt.inits import service
from migrator.adapt.inits.service import Service
from migrator.adapt.jobs import SERVICES
from migrator.agent.units.sysv import PID_FILES
from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan import Plan

STARTED = ("enabled", "enabled-runtime", "generated")
# systemd's own, and what logs people in at a console or for a session.
OF_SYSTEMD = re.compile(
    r"(systemd-|user@|user-runtime-dir@|session-|(serial-|console-)?getty|modprobe@)"
)
OWN = "/etc/systemd/system/"
TIMERS = "its timer needs systemd: make it a job of cron"
SOCKETS = "a socket starts it, which needs systemd"
ONCE = "a package's own unit that runs once; 'keep' in the plan's services starts it"
LAST = 200  # a number behind those of all scripts
OTHERS = "only services run under a supervisor"


@dataclass(frozen=True)
class Chosen:
    """``how``: foreground, follow (it goes into the background by itself) or once. ``pid_files``
    are where its process may be named, best first."""

    service: Service
    how: str
    number: int = 0  # place in the order of the runlevel
    after: tuple[str, ...] = ()
    pid_files: tuple[str, ...] = ()

    @property
    def starts_jobs(self) -> bool:
        """It waits until they are released."""
        return f"{self.service.name}.service" in SERVICES


@dataclass(frozen=True)
class Selection:
    chosen: tuple[Chosen, ...]
    left_out: tuple[tuple[str, str], ...]  # (unit, reason)


def select(found: Facts, plan: Plan, tree: Tree) -> Selection:
    chosen, passed = [], []
    for unit in found.units:
        reason = left_out(unit, found, plan)
        if reason and reason != OTHERS:
            passed.append((unit.name, reason))
        elif not reason:
            chosen.append(
                _script(unit, found, tree) if unit.origin == "sysv" else _unit(unit, tree)
            )
    chosen += [
        Chosen(service.from_process(name, process), "foreground", LAST)
        for name, process in plan.processes.items()
        if process.decision == "start"
    ]
    return Selection(tuple(_ordered(chosen)), tuple(passed))


def left_out(unit: Unit, found: Facts, plan: Plan) -> str:
    """Why the supervisor does not run it, "" when it does."""
    choice = plan.services.get(unit.name)
    kept = choice is not None and choice.decision == "keep"
    if unit.origin not in ("sysv", "systemd") or not (_is_started(unit, found) or kept):
        return OTHERS
    return choice.reason if choice and not kept else _unfit(unit, kept)


def _is_started(unit: Unit, found: Facts) -> bool:
    if unit.load != "loaded" or OF_SYSTEMD.match(unit.name) or "@." in unit.name:
        return False
    if unit.origin == "sysv" and found.system.init != "systemd":
        levels = (found.system.default_target, "S")
        return any(unit.runlevels.get(level, "").startswith("S") for level in levels)
    if found.system.init != "systemd":
        return False
    if unit.name.endswith(".timer"):
        return unit.enabled in STARTED
    return unit.name.endswith(".service") and (unit.enabled in STARTED or unit.sub == "running")


def _unfit(unit: Unit, kept: bool) -> str:
    if unit.name.endswith(".timer"):
        return TIMERS
    kind = unit.properties.get("Type", "")
    if kind == "oneshot" and not kept and not unit.fragment.startswith(OWN):
        return ONCE
    return "" if unit.commands or unit.origin == "sysv" else SOCKETS


def _unit(unit: Unit, tree: Tree) -> Chosen:
    made = service.from_unit(unit, tree)
    how = {"oneshot": "once", "forking": "follow"}.get(made.type, "foreground")
    files = (made.pid_file,) if made.pid_file else ()
    if how == "follow" and not files:
        how = "once"  # nobody knows which of its processes to follow
    return Chosen(made, how, after=unit.dependencies.get("After", ()), pid_files=files)


def _script(unit: Unit, found: Facts, tree: Tree) -> Chosen:
    text = (tree.read(unit.fragment) or b"").decode("utf-8", "replace")
    name = unit.name.removesuffix(".service")
    named = [*PID_FILES.findall(text), f"/var/run/{name}.pid", f"/var/run/{name}/{name}.pid"]
    files = tuple(dict.fromkeys(path.replace("/var/run/", "/run/") for path in named))
    follows = unit.active == "active"
    made = Service(
        name=name,
        description=unit.description or name,
        source=unit.fragment,
        type="forking",
        start=(f"{unit.fragment} start" if follows else f"{unit.fragment} start || :",),
        stop=(f"{unit.fragment} stop",),
    )
    early = unit.runlevels.get("S", "")
    level = early or unit.runlevels.get(found.system.default_target, "S99")
    number = int(level[1:3]) + (0 if early else 100)
    return Chosen(made, "follow" if follows else "once", number, pid_files=files)


def _ordered(chosen: list[Chosen]) -> Iterator[Chosen]:
    """By number, each after those that it names; a circle is cut where it closes."""
    named = {f"{one.service.name}.service": one for one in chosen}
    done: set[str] = set()

    def visit(one: Chosen) -> Iterator[Chosen]:
        if one.service.name in done:
            return
        done.add(one.service.name)
        for name in one.after:
            if name in named:
                yield from visit(named[name])
        yield one

    for one in sorted(chosen, key=lambda one: (one.number, one.service.name)):
        yield from visit(one)
