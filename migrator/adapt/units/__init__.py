"""Services that the plan masks or disables; all others are left as they are.

A virtual machine starts things that only a machine needs: they set the clock, talk with the
hypervisor, load audit rules, watch disks. Most are skipped by their own conditions; the plan's
``services`` names those that would fail, or fight with the target, and the reason for each.
``mask`` links a unit to /dev/null; ``disable`` takes away the links that start it, wherever they
are, makes a script's S links K links, keeps a job of upstart from starting, comments a line of
inittab or inetd.conf, and switches off a service of xinetd. Another init than systemd knows no
masks: there both are the same. ``services: {chrony.service: {decision: keep}}`` keeps one.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree
from migrator.adapt.units import lines, systemd, sysv, upstart
from migrator.facts import Facts
from migrator.facts.units import Unit
from migrator.plan import Plan, Service


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    return [
        change
        for name, service in sorted(plan.services.items())
        if service.decision != "keep"
        for change in _changes(found, name, service, tree)
    ]


def _changes(found: Facts, name: str, service: Service, tree: Tree) -> Iterator[Change]:
    unit = found.unit(name)
    origin = unit.origin if unit else "systemd"
    under_systemd = found.system.init not in ("sysvinit", "upstart")
    if service.decision == "mask" and under_systemd and origin in ("systemd", "sysv"):
        yield from systemd.mask("units", tree, name, service.reason)
    elif origin == "systemd":
        yield from systemd.disable("units", tree, name, service.reason)
    elif unit:
        yield from _of_others(found, unit, service.reason, tree)


def _of_others(found: Facts, unit: Unit, reason: str, tree: Tree) -> Iterator[Change]:
    name = unit.name.removesuffix(".service")
    if unit.origin == "sysv":
        yield from sysv.disable("units", tree, unit.fragment.rpartition("/")[2], reason)
    elif unit.origin == "upstart":
        yield from upstart.disable("units", found, tree, unit.fragment, reason)
    elif unit.origin == "rc.local":
        yield from lines.not_executable("units", tree, unit.fragment, reason)
    elif unit.origin == "inittab":
        yield from lines.inittab("units", tree, name.partition("/")[2], reason)
    elif unit.origin == "xinetd":
        yield from lines.xinetd("units", tree, unit.fragment, name.partition("/")[2], reason)
    elif unit.origin == "inetd":
        yield from lines.inetd("units", tree, unit.fragment, name, reason)
    elif unit.origin == "user":
        yield from systemd.disable_of_user("units", tree, unit, reason)
