"""Processes that no unit started: by hand, from a login; and the unit that each of them needs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from migrator.agent.redact import MARK
from migrator.facts import Facts
from migrator.facts.processes import Process
from migrator.plan import Started

# A login, or what a desktop or a shell started within the systemd of a user
LOGINS = re.compile(r"session-|user@[^/]*$|user@.*\.scope$")
# What a login itself leaves below the first process.
OF_LOGINS = re.compile(
    r"(login|sshd|su|sudo|systemd|\(sd-pam\)|ssh-agent|gpg-agent|dbus-\w+|gdm\S*|lightdm|sddm\S*"
    r"|xrdp\S*|agetty|pipewire\S*|pulseaudio|gnome-keyring\S*|gvfs\S*|at-spi\S*)$"
)
INTERPRETER = re.compile(r"(python|perl|ruby|node|nodejs|php|java|bash|sh|dash|ksh)[\d.]*$")
OF_LOGIN = {"HOME", "USER", "LOGNAME", "SHELL", "TERM", "PWD", "OLDPWD", "SHLVL", "_", "MAIL"}
SESSION = re.compile(r"(SSH_|XDG_|DBUS_|SUDO_|LS_COLORS$|LESS|HIST)")


def is_left_behind(process: Process) -> bool:
    """It belongs to a login that it has outlived, or that it does not hang on."""
    program = process.command[0].rpartition("/")[2].rstrip(":") if process.command else ""
    apart = process.parent == 1 and process.unit.startswith("session-")
    return apart and bool(program) and not OF_LOGINS.match(program.lstrip("-"))


def orphans(found: Facts) -> list[Process]:
    """Each that listens, or that was left behind; not its children, which it starts itself."""
    listening = {
        listener.pid
        for listener in found.network.listeners
        if listener.pid > 1 and (not listener.unit or LOGINS.match(listener.unit))
    }
    alone = {
        process.pid: process
        for process in found.processes
        if (process.pid in listening or is_left_behind(process))
        and process.command
        and not process.container
        and not process.nested
    }
    return [process for process in alone.values() if process.parent not in alone]


def started(found: Facts) -> dict[str, Started]:
    """A unit for each of them, by its name; who else starts one is named, and it gets none."""
    chosen: dict[str, Started] = {}
    for process in orphans(found):
        name = _free(found, chosen, process)
        reason = _reason(found, process)
        chosen[name] = Started(
            decision="none" if reason else "start",
            command=shlex.join(_command(process)),
            user=process.user,
            directory=process.cwd if process.cwd != "/" else "",
            environment=_known(process),
            unknown=" ".join(_unknown(process)),
            reviewed=False,
            reason=reason or f"pid {process.pid} ran without a unit: nothing else would start it",
        )
    return chosen


def _reason(found: Facts, process: Process) -> str:
    """Why no unit is made for it, or ""."""
    program = _script(process)
    for job in found.cron.jobs:
        if program in job.command.split():
            return f"{job.where} starts it"
    for unit in found.units:
        own = unit.origin in ("rc.local", "inittab") and unit.load == "loaded"
        if own and any(program in command.split() for command in unit.commands):
            return f"{unit.fragment} starts it"
    parent = next((one for one in found.processes if one.pid == process.parent), None)
    if parent and parent.pid > 1 and parent.unit and not LOGINS.match(parent.unit):
        return f"{parent.unit} starts it"
    if any(MARK in word for word in process.command):
        return "an argument is a secret, which is not known here: complete the command"
    if not _command(process)[0].startswith("/"):
        return "the path of its program is not known: complete the command"
    return ""


def _command(process: Process) -> list[str]:
    """Old versions of systemd want the whole path of a program."""
    first, *others = process.command
    known = first if first.startswith("/") else process.exe or first
    return [known, *others]


def _script(process: Process) -> str:
    """What it is: its program, or the script that an interpreter runs."""
    first = _command(process)[0]
    if INTERPRETER.match(first.rpartition("/")[2]):
        return next((word for word in process.command[1:] if not word.startswith("-")), first)
    return first


def _free(found: Facts, chosen: dict[str, Started], process: Process) -> str:
    base = _script(process).rpartition("/")[2].partition(".")[0]
    base = re.sub(r"[^A-Za-z0-9_-]+", "-", base).strip("-") or "process"
    tries = [base, f"{base}-own", *(f"{base}-{number}" for number in range(2, 1000))]
    names = (f"{name}.service" for name in tries)
    return next(name for name in names if name not in chosen and found.unit(name) is None)


def _known(process: Process) -> dict[str, str]:
    return {
        name: value for name, value in sorted(process.environment.items()) if not _is_of_login(name)
    }


def _unknown(process: Process) -> Iterator[str]:
    for name in process.environment_names:
        if not _is_of_login(name) and name not in process.environment:
            yield name


def _is_of_login(name: str) -> bool:
    return name in OF_LOGIN or bool(SESSION.match(name))
