"""The logs of the container are also what the engine's ``logs`` shows.

journald writes what it gets to the console as well, which the engine keeps. What systemd says of
units is in the journal, so it does not print it a second time; nobody logs in at that console.
Where another init runs, rsyslog writes there.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, link, write
from migrator.facts import Facts
from migrator.plan import Plan

REASON = "the engine's logs show the container's"
ONCE = "the console has it from the journal already"
NOBODY = "the console shows logs; nobody logs in there"
JOURNALD = ("/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald")
JOURNAL = """\
# The engine's logs show the container's.
[Journal]
ForwardToConsole=yes
TTYPath=/dev/console
"""
MANAGER = """\
# The journal is shown on the console; it has these lines already.
[Manager]
ShowStatus=no
"""
RULE = "# The engine's logs show the container's.\n*.info\t/dev/console\n"


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    if plan.init == "systemd":
        return list(_systemd(tree)) if any(map(tree.exists, JOURNALD)) else []
    return list(_rsyslog(found, tree))


def _systemd(tree: Tree) -> Iterator[Change]:
    name = "50-migrator-console.conf"
    yield from write("logs", tree, f"/etc/systemd/journald.conf.d/{name}", JOURNAL, REASON)
    yield from write("logs", tree, f"/etc/systemd/system.conf.d/{name}", MANAGER, ONCE)
    getty = "/etc/systemd/system/console-getty.service"
    yield from link("logs", tree, getty, "/dev/null", NOBODY)


def _rsyslog(found: Facts, tree: Tree) -> Iterator[Change]:
    read = any(rule.destination == "/dev/console" for rule in found.syslog.rules)
    if tree.names("/etc/rsyslog.d") and not read:
        yield from write("logs", tree, "/etc/rsyslog.d/99-migrator-console.conf", RULE, REASON)
