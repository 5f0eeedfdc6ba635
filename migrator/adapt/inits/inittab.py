"""inittab of sysvinit: the engine's stop signal ends the host, and its last script process 1."""

from __future__ import annotations

import re

from migrator.adapt.change import Change, Tree, rewrite
from migrator.runtime.inits import PLACE, REBOOTED

PATH = "/etc/inittab"
REASON = "SIGPWR of the engine ends the host, its last script ends process 1"
# A shell that is asked for on the console, and what the power supply meant before.
REPLACED = re.compile(r"\w+:\w*:(respawn:\S*/sulogin\b|power\w+:)")
UP = "/run/migrator.up"  # appears when the scripts of the runlevel have run
OWN = f"""\
# A container has one signal to be stopped by: here it means a failing power supply.
mgp::powerfail:/sbin/init 0
# After the scripts of a runlevel, in the order of these lines.
mgu:2345:wait:/bin/touch {UP}
mgh:0:wait:{PLACE}/end 0
mgr:6:wait:{PLACE}/end {REBOOTED}
"""


def adapt(tree: Tree) -> list[Change]:
    content = tree.read(PATH)
    if content is None:
        return []
    text = content.decode("utf-8", "surrogateescape")
    theirs = "".join(f"{_line(line)}\n" for line in text.replace(OWN, "").splitlines())
    if theirs + OWN == text:
        return []
    return [rewrite("inits", tree, PATH, theirs + OWN, REASON)]


def _line(line: str) -> str:
    return f"# migrator: {line}" if REPLACED.match(line) else line
