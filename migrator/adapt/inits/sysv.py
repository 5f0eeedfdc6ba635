"""The host's own /sbin/init, as sysvinit and upstart have it: what a container lacks is not waited
for, the engine's stop signal is a clean end, and process 1 can say how far the boot is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.adapt.change import Change, Tree, link, remove, rewrite
from migrator.adapt.inits import inittab, service, upstart
from migrator.adapt.inits.render import script
from migrator.adapt.inits.service import Service
from migrator.adapt.inits.users import switch
from migrator.adapt.jobs import SERVICES
from migrator.adapt.processes import reviewed
from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan import Plan
from migrator.runtime.inits import PLACE
from migrator.runtime.jobs import FLAG

END = "process 1 does not exit by itself"
STATE = "how far the boot is, for those who wait for it"
MISSING = "its package has a unit and no init script"
FIRST, LAST = "S01", "S99"  # places in the order of a runlevel
LEVELS = ("2", "3", "4", "5")
ORDER = "/etc/init.d/.depend.start"  # which startpar goes by, not by the numbers of links
ASKED = re.compile(rb"(?m)^\s*\(?(?:[\w|-]+\s*\|\s*)*status\b[^)\n]*\)")  # the action of a script


@dataclass(frozen=True)
class Made:
    """A service that gets an init script."""

    service: Service
    reason: str
    number: str
    starts: bool = True


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    upstarts = found.system.init == "upstart"
    again = "kill -TERM 1" if upstarts else "exec /sbin/init.migrator u"
    return [
        *(upstart.adapt(tree) if upstarts else inittab.adapt(tree)),
        *script(tree, f"{PLACE}/end", "end", END, again=again),
        *_state(found, plan, tree),
        *_missing(found, plan, tree),
        *_at_the_end(found, plan, tree),
    ]


def _state(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    ran = [unit.fragment for unit in _kept(found, plan) if _can_be_asked(unit, tree)]
    held = [unit.fragment for unit in _kept(found, plan) if unit.name in SERVICES]
    made = [f"/etc/init.d/{one.service.name}" for one in _made(found, plan, tree) if one.starts]
    return script(
        tree,
        f"{PLACE}/state",
        "state",
        STATE,
        up=inittab.UP,
        flag=FLAG,
        scripts=[*(path for path in ran if path not in held), *made],
        held=[path for path in held if path in ran],
    )


def _kept(found: Facts, plan: Plan) -> Iterator[Unit]:
    """Scripts that ran on the source and shall run."""
    for unit in found.units:
        choice = plan.services.get(unit.name)
        kept = choice is None or choice.decision == "keep"
        if kept and unit.origin == "sysv" and unit.active == "active":
            yield unit


def _can_be_asked(unit: Unit, tree: Tree) -> bool:
    return bool(ASKED.search(tree.read(unit.fragment) or b""))


def missing(found: Facts, plan: Plan, tree: Tree) -> list[Unit]:
    """Units that the plan keeps although this init cannot read them: they get a script."""
    kept = [name for name, choice in plan.services.items() if choice.decision == "keep"]
    units = [unit for unit in found.units if unit.name in kept and unit.origin == "systemd"]
    return [unit for unit in units if tree.read(unit.fragment) is not None]


def _made(found: Facts, plan: Plan, tree: Tree) -> Iterator[Made]:
    """Units start before what may need them; processes of people when all else is there."""
    for unit in missing(found, plan, tree):
        yield Made(service.from_unit(unit, tree), MISSING, FIRST)
    for name, process in sorted(plan.processes.items()):
        if process.decision != "none":
            one = service.from_process(name, process)
            yield Made(one, reviewed(process), LAST, process.decision == "start")


def _missing(found: Facts, plan: Plan, tree: Tree) -> Iterator[Change]:
    made = list(_made(found, plan, tree))
    for one in made:
        name, who = one.service.name, switch(one.service, found, tree)
        run = f"{PLACE}/services/{name}/run"
        yield from script(tree, run, "run", one.reason, service=one.service, switch=who, flag="")
        yield from script(tree, f"/etc/init.d/{name}", "script", one.reason, service=one.service)
        yield from _links(one, tree) if one.starts else ()
    yield from _ordered([one for one in made if one.starts], tree)


def _at_the_end(found: Facts, plan: Plan, tree: Tree) -> Iterator[Change]:
    """What the plan does not start, has nothing to stop: a K link is run as well."""
    for unit in found.units:
        choice = plan.services.get(unit.name)
        if choice and choice.decision != "keep" and unit.origin == "sysv":
            script_name = unit.fragment.rpartition("/")[2]
            for directory in (f"{_top(tree)}/rc{level}.d" for level in "06"):
                for name in tree.names(directory):
                    if re.fullmatch(rf"[KS]\d\d{re.escape(script_name)}", name):
                        yield from remove("inits", tree, f"{directory}/{name}", choice.reason)


def _top(tree: Tree) -> str:
    """Of the directories of runlevels."""
    return "/etc/rc.d" if tree.names("/etc/rc.d/rc2.d") else "/etc"


def _links(one: Made, tree: Tree) -> Iterator[Change]:
    """The scripts that end all processes end it last."""
    name = one.service.name
    for path in (f"{_top(tree)}/rc{level}.d/{one.number}{name}" for level in LEVELS):
        yield from link("inits", tree, path, f"../init.d/{name}", one.reason)


def _ordered(made: list[Made], tree: Tree) -> Iterator[Change]:
    text = (tree.read(ORDER) or b"").decode("utf-8", "surrogateescape")
    first = re.match(r"TARGETS = (.*)", text)
    there = first.group(1).split() if first else []
    added = [one for one in made if one.service.name not in there]
    if first and added:
        before = [one.service.name for one in added if one.number == FIRST]
        after = [one.service.name for one in added if one.number != FIRST]
        line = f"TARGETS = {' '.join([*before, *there, *after])}"
        yield rewrite("inits", tree, ORDER, line + text[first.end() :], MISSING)
