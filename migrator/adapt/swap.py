"""Swap is the target's: a container may not turn it on.

The lines of fstab are commented there, see fstab. Own units of the kind ``.swap`` and the
settings of zram-generator no longer start anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, comment, edit
from migrator.adapt.units import systemd
from migrator.facts import Facts
from migrator.plan import Plan

REASON = "swap is the target's; swapon is refused in a container"
ZRAM = "/etc/systemd/zram-generator.conf"


def adapt(found: Facts, _: Plan, tree: Tree) -> list[Change]:
    return [*_units(found, tree), *edit("swap", tree, ZRAM, comment(r"\s*[^#;\s]"), REASON)]


def _units(found: Facts, tree: Tree) -> Iterator[Change]:
    for unit in found.units:
        if unit.name.endswith(".swap") and unit.fragment.startswith("/etc/"):
            yield from systemd.disable("swap", tree, unit.name, REASON)
