"""What runs without a unit of the system: by hand, at logins, below a supervisor."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts
from migrator.plan.orphans import LOGINS, is_left_behind


@rule(
    "INI-11",
    Level.RISK,
    "A process that no unit started",
    "Nothing starts it in the container: it was started by hand or from a login. Commands of"
    " rc.local do run there, but nobody looks after them (warning), and jobs of @reboot run at"
    " each start of the container (info).",
    "The plan makes a unit of it: look at it there, under processes.",
)
def by_hand(found: Facts) -> Iterator[Evidence]:
    seen = set()
    for listener in found.network.listeners:
        apart = not listener.unit or LOGINS.match(listener.unit)
        if apart and listener.pid > 1 and listener.pid not in seen:
            seen.add(listener.pid)
            yield f"{listener.process} (pid {listener.pid})", f"port {listener.port}"
    for process in found.processes:
        if is_left_behind(process) and process.pid not in seen:
            command = " ".join(process.command)
            yield f"{process.command[0]} (pid {process.pid})", f"{process.user}: {command}"
    for unit in found.units:
        if unit.origin == "rc.local" and unit.load == "loaded":
            yield unit.fragment, "; ".join(unit.commands), Level.WARNING
    for job in found.cron.jobs:
        if job.schedule == "@reboot":
            yield job.where, job.command, Level.INFO


@rule(
    "INI-15",
    Level.WARNING,
    "Services of a user's own systemd",
    "They run without a login (linger), or while their user is logged in. In a container they need"
    " systemd-logind to run, and each user's own part of the control groups.",
    "See after the launch that user@UID.service runs; better make them units of the system with"
    " User=.",
)
def of_users(found: Facts) -> Iterator[Evidence]:
    named = False
    for unit in found.units:
        own = unit.fragment.startswith(("/etc/systemd/user/", "/home/", "/root/", "/var/lib/"))
        if unit.origin == "user" and own and (unit.enabled == "enabled" or unit.active == "active"):
            named = True
            yield unit.name, unit.fragment
    for user in found.accounts.users if not named else ():
        if user.linger:
            yield f"/var/lib/systemd/linger/{user.name}", "its services run without a login"


@rule(
    "INI-16",
    Level.INFO,
    "A supervisor starts services by itself",
    "It moves along as one service. Its programs have no units: the container runs on when one of"
    " them fails.",
    "Plan probes of their ports, so that verify sees each of them.",
)
def supervisors(found: Facts) -> Iterator[Evidence]:
    for service in found.services:
        if service.kind == "supervisor" and service.state != "installed":
            names = [part.name for part in service.parts]
            yield service.name, f"it starts {', '.join(names) or 'what it is told to'}"
