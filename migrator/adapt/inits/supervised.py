"""dumb-init as process 1, and runit for the services of the host: a directory for each."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, link
from migrator.adapt.inits import service
from migrator.adapt.inits.chosen import Chosen, select
from migrator.adapt.inits.inittab import UP
from migrator.adapt.inits.render import script
from migrator.adapt.inits.users import switch
from migrator.facts import Facts
from migrator.plan import Plan
from migrator.runtime.inits import PLACE
from migrator.runtime.jobs import FLAG

SERVICES = f"{PLACE}/services"
STATES = "/run/migrator.supervise"  # of the supervisor, which it writes
START = "the services in their order, below process 1"
SERVICE = "the supervisor runs it"
STATE = "how far the boot is, for those who wait for it"


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    selection = select(found, plan, tree)
    once = [one for one in selection.chosen if one.how == "once"]
    kept = [one for one in selection.chosen if one.how != "once"]
    given = {"up": UP, "states": STATES, "chosen": selection.chosen, "plan": plan}
    return [
        *script(tree, f"{PLACE}/start", "start", START, left_out=selection.left_out, **given),
        *script(tree, f"{PLACE}/state", "supervised-state", STATE, kept=kept, **given),
        *script(tree, f"{PLACE}/environment", "environment", START),
        *(change for one in kept for change in _service(one, found, tree)),
        *(change for one in once for change in _run(one, found, tree)),
        *_written(found, plan, tree),
    ]


def _written(found: Facts, plan: Plan, tree: Tree) -> Iterator[Change]:
    """Run scripts of processes that nothing starts until a person has looked at them."""
    for name, process in sorted(plan.processes.items()):
        if process.decision == "write":
            yield from _run(Chosen(service.from_process(name, process), "foreground"), found, tree)


def _run(one: Chosen, found: Facts, tree: Tree) -> list[Change]:
    path = f"{SERVICES}/{one.service.name}/run"
    who = switch(one.service, found, tree)
    template = {"foreground": "run", "follow": "follow", "once": "once"}[one.how]
    flag = FLAG if one.starts_jobs else ""
    return script(
        tree, path, template, SERVICE, service=one.service, switch=who, flag=flag, one=one
    )


def _service(one: Chosen, found: Facts, tree: Tree) -> Iterator[Change]:
    """Started by hand, in order; what a person stops stays so."""
    name, place = one.service.name, f"{SERVICES}/{one.service.name}"
    yield from _run(one, found, tree)
    yield from link("inits", tree, f"{place}/supervise", f"{STATES}/{name}", SERVICE)
    if tree.read(f"{place}/down") is None:
        yield Change("inits", "write", f"{place}/down", SERVICE, b"")
    yield from script(tree, f"{place}/finish", "finish", SERVICE, service=one.service)
    if one.how == "foreground" and (one.service.signal != "TERM" or one.service.stop):
        yield from script(tree, f"{place}/control/t", "stop", SERVICE, service=one.service)
    if one.how == "follow":
        yield from script(tree, f"{place}/check", "check", SERVICE, one=one)
