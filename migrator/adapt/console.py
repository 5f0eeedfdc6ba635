"""Nobody logs in at a console: there is none.

systemd passes over the virtual consoles by itself, because /dev/tty0 is missing; a serial console
that someone enabled it would wait for, a minute and a half at every start. Lines of inittab and
jobs of upstart that keep a getty running would start it again and again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, edit
from migrator.adapt.units import systemd, upstart
from migrator.facts import Facts
from migrator.plan import Plan

WAITED = "the serial port is no part of a container, and systemd would wait for it"
ENDLESS = "there is no console: a getty ends at once and is started again and again"
SERIAL = re.compile(r"(serial-getty@.+|getty@tty[A-Z].+)\.service")
GETTY = re.compile(r"(?m)^\s*exec\s+(\S*/)?\w*getty\b|^\s*initctl start tty\b")
INITTAB = re.compile(r"\s*[^#:\s]+:[^:]*:(respawn|ondemand|once):\s*\S*getty\b")


def adapt(found: Facts, _: Plan, tree: Tree) -> list[Change]:
    return [*_serial(tree), *_inittab(tree), *_upstart(found, tree)]


def _serial(tree: Tree) -> Iterator[Change]:
    names = {
        name
        for directory in tree.names(systemd.PLACE)
        if directory.endswith(systemd.STARTERS)
        for name in tree.names(f"{systemd.PLACE}/{directory}")
        if SERIAL.fullmatch(name)
    }
    for name in sorted(names):
        yield from systemd.disable("console", tree, name, WAITED)


def _inittab(tree: Tree) -> list[Change]:
    def line(text: str) -> str:
        return f"# migrator: {text}" if INITTAB.match(text) else text

    return edit("console", tree, "/etc/inittab", line, ENDLESS)


def _upstart(found: Facts, tree: Tree) -> Iterator[Change]:
    for name in tree.names("/etc/init") if found.system.init == "upstart" else ():
        path = f"/etc/init/{name}"
        text = (tree.read(path) or b"").decode("utf-8", "replace")
        if name.endswith(".conf") and GETTY.search(text):
            yield from upstart.disable("console", found, tree, path, ENDLESS)
