"""What each kind of init starts: systemd's units, init scripts, upstart's jobs and their like."""

from __future__ import absolute_import, division, print_function

from migrator.agent.redact import redacted
from migrator.agent.units import inittab, rclocal, runit, superserver, systemd, sysv, upstart, user
from migrator.agent.units.files import Files
from migrator.agent.units.record import is_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable

    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

FROM_FILES = ("SystemCallFilter",)  # which systemd prints as hundreds of words
WITH_SECRETS = ("Options", "What")  # of mounts


def read(host, found):
    # type: (Host, dict[str, Any]) -> list[Record]
    """By name, those of systemd, of scripts and of jobs together; then the others."""
    host.part("units.state", host.only_live, None)
    init = found.get("system", {}).get("init", "unknown")
    known = {}  # type: dict[str, Record]
    if init != "upstart":
        known.update(_named(host.part("units.files", lambda: Files(host).units(), [])))
        host.part("units.systemd", lambda: _ask(host, known), None)
    if init not in ("systemd", "sysvinit"):
        known.update(_named(host.part("units.upstart", lambda: upstart.units(host), [])))
    _scripts(known, host.part("units.sysv", lambda: sysv.units(host), []), init == "systemd")
    _supervised(known, host.part("units.runit", lambda: list(runit.units(host)), []))
    for unit in host.part("units.rc_local", lambda: rclocal.units(host), []):
        _take_over(known, unit, ("origin", "fragment", "commands"))
    of_users = host.part("units.user", lambda: list(user.units(host)), [])
    for unit in [unit for unit in of_users if unit["origin"] == "systemd"]:
        _take_over(known, unit, ("enabled", "properties"))
    units = [known[name] for name in sorted(known)]
    units += [unit for unit in of_users if unit["origin"] == "user"]
    if init != "systemd":
        units += host.part("units.inittab", lambda: inittab.units(host), [])
    units += host.part("units.superserver", lambda: superserver.units(host), [])
    return [_redacted(unit) for unit in units]


def _named(units):
    # type: (Iterable[Record]) -> dict[str, Record]
    return dict((unit["name"], unit) for unit in units)


def _ask(host, known):
    # type: (Host, dict[str, Record]) -> None
    """A running systemd knows better than the files, except for conditions; what it has not
    loaded does not run."""
    if host.live and host.exists("/run/systemd/system"):
        loaded = systemd.units(host)
        for name in known:
            if not is_template(name):
                known[name].update(active="inactive", sub="dead")
        for unit in loaded:
            file = known.get(unit["name"], unit)
            unit["conditions"] = file["conditions"]
            if unit["load"] == "not-found":
                unit["fragment"] = file["fragment"]
            for name in FROM_FILES:
                if name in file["properties"] and name in unit["properties"]:
                    unit["properties"][name] = file["properties"][name]
            for alias in unit["aliases"]:
                known.pop(alias, None)
            known[unit["name"]] = unit


def _scripts(known, scripts, systemd_reads):
    # type: (dict[str, Record], Iterable[Record], bool) -> None
    """A script counts where nothing native has its name; what systemd made of one keeps its state.
    No other init reads systemd's units, whatever packages bring."""
    native = dict((alias, unit) for unit in known.values() for alias in unit["aliases"])
    native.update(known)
    for script in scripts:
        unit = native.get(script["name"])
        unread = unit is not None and unit["origin"] == "systemd" and not systemd_reads
        if unit is None or unread or unit["load"] == "not-found":
            known[script["name"]] = script
        elif unit["origin"] == "sysv":
            if unit["enabled"] in ("", "bad"):  # an old systemd cannot tell
                unit["enabled"] = script["enabled"]
            unit["runlevels"] = script["runlevels"]
            for name in ("dependencies", "properties"):
                unit[name] = _both(script[name], unit[name])


def _supervised(known, services):
    # type: (dict[str, Record], Iterable[Record]) -> None
    """What a supervisor runs is known to it alone, also where a unit has the same name."""
    for service in services:
        unit = known.setdefault(service["name"], service)
        if not unit["active"]:
            unit.update(origin="runit", active=service["active"], sub=service["sub"])
            unit["properties"] = _both(unit["properties"], service["properties"])


def _take_over(known, unit, fields):
    # type: (dict[str, Record], Record, Iterable[str]) -> None
    """Of a unit that systemd knows as well, replace or add these fields."""
    there = known.setdefault(unit["name"], unit)
    for name in fields:
        if isinstance(unit[name], dict):
            there[name] = _both(there[name], unit[name])
        else:
            there[name] = unit[name]


def _both(weaker, stronger):
    # type: (dict[str, Any], dict[str, Any]) -> dict[str, Any]
    both = dict(weaker)
    both.update(stronger)
    return both


def _redacted(unit):
    # type: (Record) -> Record
    unit["commands"] = [redacted(command) for command in unit["commands"]]
    for other in unit["other_commands"]:
        other["command"] = redacted(other["command"])
    for name in WITH_SECRETS:
        if name in unit["properties"]:
            options = unit["properties"][name].split(",")
            unit["properties"][name] = ",".join(redacted(option) for option in options)
    return unit
