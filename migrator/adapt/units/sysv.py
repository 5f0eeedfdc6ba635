"""Init scripts: they start where a runlevel has an S link, and a K link keeps them stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, link, remove

LEVELS = "12345S"
# Debian's, RHEL's and SUSE's place of the links of a runlevel.
PLACES = ("/etc/rc%s.d", "/etc/rc.d/rc%s.d", "/etc/init.d/rc%s.d")
START = re.compile(r"S(\d\d)(.+)")


def disable(subject: str, tree: Tree, name: str, reason: str) -> Iterator[Change]:
    """Without any link a later upgrade of the package would enable it again; hence K links, as
    update-rc.d and chkconfig leave them. No K links in S: all of its scripts start."""
    for place in _places(tree):
        for entry in tree.names(place):
            found = START.fullmatch(entry)
            target = tree.link(f"{place}/{entry}")
            if found and (found[2] == name or target.rpartition("/")[2] == name):
                yield from remove(subject, tree, f"{place}/{entry}", reason)
                stopped = f"{place}/K{99 - int(found[1]):02}{found[2]}"
                if target and not place.endswith("S.d"):
                    yield from link(subject, tree, stopped, target, reason)


def _places(tree: Tree) -> Iterator[str]:
    """Not twice where one place is a link to the other."""
    for level in LEVELS:
        for place in PLACES:
            if not tree.link(place % level) and not (
                place.startswith("/etc/init.d/") and tree.link("/etc/init.d")
            ):
                yield place % level
