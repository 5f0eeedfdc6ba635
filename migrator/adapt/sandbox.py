"""Units that ask the kernel for more than the container may, and would not start.

Most sandboxing systemd leaves out by itself where it may not make mounts. What it insists on, and
priorities that need a right, is in the plan's ``sandbox``, unit by unit: a drop-in takes the
setting away, or ``grant`` gives the container the capability. A unit with ``DynamicUser`` gets an
account of its own name, and where it bound a path to another one there is a link.

A container that may make mounts, by SYS_ADMIN, does not make those of the kernel's own file
systems: they are the target's.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, rewrite
from migrator.adapt.units import systemd
from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan import Plan

FILE = "50-migrator-sandbox.conf"
SECTIONS = {".socket": "Socket", ".mount": "Mount", ".swap": "Swap"}
BINDS = ("BindPaths", "BindReadOnlyPaths")
KERNEL = (
    *("dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-config.mount"),
    *("sys-kernel-debug.mount", "sys-kernel-tracing.mount", "sys-fs-fuse-connections.mount"),
    "proc-sys-fs-binfmt_misc.automount",
)
OF_KERNEL = "the plan grants SYS_ADMIN, and systemd would mount what is the target's"
PRIVATE = {
    "StateDirectory": ("/var/lib", "STATE_DIRECTORY"),
    "CacheDirectory": ("/var/cache", "CACHE_DIRECTORY"),
    "LogsDirectory": ("/var/log", "LOGS_DIRECTORY"),
}
# Numbers of accounts of services, from above.
UIDS = range(999, 100, -1)


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    made: list[Change] = []
    accounts: dict[str, str] = {}
    for name, sandbox in sorted(plan.sandbox.items()):
        if sandbox.decision == "drop-in" and sandbox.settings:
            settings = list(sandbox.settings.items())
            if sandbox.settings.get("DynamicUser") == "no":
                unit = found.unit(name)
                user = (unit.user if unit else "") or name.rpartition(".")[0].partition("@")[0]
                accounts[user] = sandbox.reason
                settings += [("User", user), *_private(unit, user, tree)]
            text = _text(name, settings, sandbox.reason)
            made += systemd.drop_in("sandbox", tree, name, FILE, text, sandbox.reason)
            made += _links(found, name, sandbox.settings, tree)
    if "SYS_ADMIN" in plan.capabilities:
        for name in KERNEL:
            made += systemd.mask("sandbox", tree, name, OF_KERNEL)
    return [*made, *_accounts(tree, accounts)]


def _links(found: Facts, name: str, settings: dict[str, str], tree: Tree) -> Iterator[Change]:
    """In the place of binds that are taken away, where nothing else is."""
    unit = found.unit(name)
    for key in BINDS:
        binds = unit.properties.get(key, "") if unit and settings.get(key) == "" else ""
        for bind in binds.split():
            source, _, target = bind.removeprefix("-").partition(":")
            target = target.partition(":")[0]
            if target and target != source and not tree.exists(target):
                yield Change("sandbox", "link", target, f"{name} saw {source} here", target=source)


def _private(unit: Unit | None, user: str, tree: Tree) -> Iterator[tuple[str, str]]:
    """What it has kept so far lies where only a dynamic user gets, and systemd would move it, which
    fails on a volume and on layers: it stays, and the account may go there."""
    for key, (top, variable) in PRIVATE.items():
        names = (unit.properties.get(key, "") if unit else "").split()
        kept = [name for name in names if tree.exists(f"{top}/private/{name}")]
        if kept:
            yield key, ""
            yield "Environment", f"{variable}={':'.join(f'{top}/{name}' for name in names)}"
            yield "ExecStartPre", f"+/bin/chmod 0711 {top}/private"
            owned = " ".join(f"{top}/private/{name}" for name in kept)
            yield "ExecStartPre", f"+/bin/chown -R {user}: {owned}"


def _text(name: str, settings: list[tuple[str, str]], reason: str) -> str:
    kind = name[name.rfind(".") :]
    lines = [f"# {' '.join(reason.split())}", f"[{SECTIONS.get(kind, 'Service')}]"]
    return "\n".join([*lines, *(f"{key}={value}" for key, value in settings)]) + "\n"


def _accounts(tree: Tree, wanted: dict[str, str]) -> Iterator[Change]:
    """A line each in passwd and group; without one in shadow nobody can log in."""
    passwd, group = (_lines(tree, path) for path in ("/etc/passwd", "/etc/group"))
    taken = {line.split(":")[2] for line in (*passwd, *group) if line.count(":") > 2}
    names = {line.partition(":")[0] for line in passwd}
    free = (str(uid) for uid in UIDS if str(uid) not in taken)
    new = {user: next(free) for user in sorted(wanted.keys() - names)}
    if new:
        why = "; ".join(dict.fromkeys(wanted[user] for user in new))
        users = [f"{name}:x:{uid}:{uid}:{name}:/:/usr/sbin/nologin" for name, uid in new.items()]
        groups = [f"{name}:x:{uid}:" for name, uid in new.items()]
        yield rewrite("sandbox", tree, "/etc/passwd", "\n".join([*passwd, *users, ""]), why)
        yield rewrite("sandbox", tree, "/etc/group", "\n".join([*group, *groups, ""]), why)


def _lines(tree: Tree, path: str) -> list[str]:
    return (tree.read(path) or b"").decode("utf-8", "surrogateescape").splitlines()
