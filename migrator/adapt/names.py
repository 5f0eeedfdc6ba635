"""Host name, hosts and resolvers come from the engine, which mounts its own files over these.

Where one of them is a symbolic link, such as resolv.conf into systemd-resolved's directory below
/run, the engine's file would lie behind a mount and names would not be found: it becomes a file. A
host name that the plan changes is written where each distribution keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, edit, write
from migrator.facts import Facts
from migrator.plan import Plan

MOUNTED = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf")
LINKED = "the engine mounts its own file here, which a link would lead away from"
PLAIN = "# The engine mounts its own file over this one.\n"
NAMED = "the plan gives the container another host name"
FILES = ("/etc/hostname", "/etc/HOSTNAME")
RHEL = "/etc/sysconfig/network"


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    return [*_links(tree), *_hostname(found, plan.network.hostname, tree)]


def _links(tree: Tree) -> Iterator[Change]:
    for path in MOUNTED:
        if tree.link(path):
            yield Change("names", "write", path, LINKED, PLAIN.encode())


def _hostname(found: Facts, name: str, tree: Tree) -> Iterator[Change]:
    if not name or name == found.system.hostname:
        return
    for path in FILES:
        if tree.exists(path) and not tree.link(path):
            yield from write("names", tree, path, f"{name}\n", NAMED)

    def line(text: str) -> str:
        return re.sub(r"^(\s*HOSTNAME\s*=).*", rf"\g<1>{name}", text)

    yield from edit("names", tree, RHEL, line, NAMED)
