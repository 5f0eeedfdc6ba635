"""Jobs wait until they are released: while the source lives, nothing may run twice."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree
from migrator.facts import Facts
from migrator.plan import Plan
from migrator.runtime.jobs import FLAG, HOLD

SCHEDULERS = (
    *("cron", "crond", "cronie", "anacron", "atd", "fcron", "bcron", "busybox-crond"),
    *("mcron", "dcron"),
)
SERVICES = frozenset(f"{name}.service" for name in SCHEDULERS)
# All that systemd-cron makes of crontabs, also of those to come: the drop-in of a prefix.
TRANSLATED = "cron-.timer"
DROP_IN = f"""\
# Nothing runs twice: jobs start when they are released on the target.
[Unit]
ConditionPathExists={FLAG}
"""
OVERRIDE = f"""\
# Nothing runs twice: jobs start when they are released on the target.
pre-start script
    [ -e {FLAG} ] || {{ stop; exit 0; }}
end script
"""
# Stopping it and asking for its state go on.
GUARD = (
    f'case " $* " in *" stop "*|*" status "*) ;; *) [ -e {FLAG} ] || exit 0 ;; esac'
    "  # migrator: held until jobs are released\n"
)
REASON = "jobs are held until the source's are stopped"


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    """Run scripts of a supervisor test the flag themselves."""
    subject = BY_INIT.get(plan.init)
    return list(subject(found, tree)) if subject else []


def _systemd(found: Facts, _tree: Tree) -> Iterator[Change]:
    translated = any(daemon.flavour == "systemd-cron" for daemon in found.cron.daemons)
    places = {("system", TRANSLATED)} if translated else set()
    for unit in held(found):
        owner, _, name = unit.rpartition("/")
        if not (translated and name.startswith("cron-")):
            places.add(("user" if owner else "system", name))
    for place, name in places:
        path = f"/etc/systemd/{place}/{name}.d/{HOLD}"
        yield Change("jobs", "write", path, REASON, DROP_IN.encode())


def held(found: Facts) -> list[str]:
    """The schedulers and all timers but systemd's own housekeeping, those of users included."""
    return [
        unit.name
        for unit in found.units
        if unit.load == "loaded" and (unit.name in SERVICES or _is_timer(unit.name))
    ]


def _is_timer(name: str) -> bool:
    return name.endswith(".timer") and not name.rpartition("/")[2].startswith("systemd-")


def _sbin_init(_found: Facts, tree: Tree) -> Iterator[Change]:
    yield from _scripts(tree)
    yield from _upstart(tree)


def _scripts(tree: Tree) -> Iterator[Change]:
    """One line below the first of each script; every other byte stays."""
    for name in SCHEDULERS:
        path = f"/etc/init.d/{name}"
        content = tree.read(path) or b""
        first, newline, rest = content.partition(b"\n")
        if first.startswith(b"#!") and GUARD.encode() not in content:
            data = first + newline + GUARD.encode() + rest
            mode, (uid, gid) = tree.mode(path), tree.owner(path)
            yield Change("jobs", "write", path, REASON, data, mode=mode, uid=uid, gid=gid)


def _upstart(tree: Tree) -> Iterator[Change]:
    for name in SCHEDULERS:
        path = f"/etc/init/{name}.override"
        before = tree.read(path) or b""
        if tree.exists(f"/etc/init/{name}.conf") and OVERRIDE.encode() not in before:
            yield Change("jobs", "write", path, REASON, before + OVERRIDE.encode())


BY_INIT = {"systemd": _systemd, "sbin-init": _sbin_init}
