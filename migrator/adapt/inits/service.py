"""A service as a shell can run it, made of a unit and its drop-ins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from migrator.adapt.change import Tree
from migrator.adapt.inits import shell
from migrator.agent.units.unitfile import PREFIXES, Settings
from migrator.agent.units.words import WORD
from migrator.facts.units import Unit
from migrator.plan import Started
from migrator.plan.duration import seconds

TIMEOUT = 90  # seconds, systemd's own
LIMITS = {"NOFILE": "n", "CORE": "c", "STACK": "s", "FSIZE": "f", "DATA": "d", "AS": "v"}
KIBIBYTES = ("STACK", "DATA", "AS")  # in which a shell counts them
# Of dbus-daemon: that systemd gives it its socket.
ACTIVATED = re.compile(r" --(address=systemd:|systemd-activation)(?= |$)")
BUS = (("/run/dbus", "0755"),)
DIRECTORIES = {
    "RuntimeDirectory": "/run",
    "StateDirectory": "/var/lib",
    "CacheDirectory": "/var/cache",
    "LogsDirectory": "/var/log",
}


@dataclass(frozen=True)
class Service:
    """Command lines are a shell's; ``environment`` values are exact."""

    name: str  # without .service
    description: str
    source: str  # the file that it is made of
    type: str  # simple, forking, oneshot …
    start: tuple[str, ...]
    before: tuple[str, ...] = ()  # commands; one that ends in "|| :" may fail
    after: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    environment_files: tuple[str, ...] = ()
    user: str = ""
    group: str = ""
    directory: str = ""
    umask: str = ""
    limits: tuple[tuple[str, str], ...] = ()  # (option of ulimit, value)
    directories: tuple[tuple[str, str], ...] = ()  # (path, mode) that it wants made
    pid_file: str = ""
    signal: str = "TERM"
    timeout: int = TIMEOUT  # seconds until it is killed
    restart: str = "no"
    note: str = ""  # what a person has to complete


class Lines:
    """A tree as the reader of unit files wants it."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def numbered(self, path: str) -> list[tuple[str, str]]:
        text = (self._tree.read(path) or b"").decode("utf-8", "surrogateescape")
        return [(f"{path}:{at}", line) for at, line in enumerate(text.splitlines(), 1)]

    def strange(self, *_: str) -> None:
        """The agent has said it."""


def from_unit(unit: Unit, tree: Tree) -> Service:
    told = Settings(cast(Any, Lines(tree)), [unit.fragment, *unit.drop_ins], unit.name)

    def last(key: str, otherwise: str = "") -> str:
        return (told.all("Service", key) or [otherwise])[-1]

    def commands(key: str) -> tuple[str, ...]:
        return tuple(_command(line) for line in told.all("Service", key))

    return Service(
        name=unit.name.removesuffix(".service"),
        description=unit.description or unit.name,
        source=unit.fragment,
        type=last("Type", "simple" if told.all("Service", "ExecStart") else "oneshot"),
        start=tuple(ACTIVATED.sub("", line) for line in commands("ExecStart")),
        before=commands("ExecStartPre"),
        after=commands("ExecStartPost"),
        stop=commands("ExecStop"),
        environment=_environment(told),
        environment_files=tuple(told.all("Service", "EnvironmentFile")),
        user=last("User"),
        group=last("Group"),
        directory=last("WorkingDirectory"),
        umask=last("UMask"),
        limits=_limits(told),
        directories=_directories(told) + (BUS if ACTIVATED.search(last("ExecStart")) else ()),
        pid_file=last("PIDFile").replace("/var/run/", "/run/"),
        signal=last("KillSignal", "SIGTERM").removeprefix("SIG"),
        timeout=_timeout(last("TimeoutStopSec") or last("TimeoutSec")),
        restart=last("Restart", "no"),
    )


def from_process(name: str, process: Started) -> Service:
    """Of a process that had no unit; ``name`` is that of the unit that it would have."""
    note = f"It had these variables too; add what it needs: {process.unknown}"
    return Service(
        name=name.removesuffix(".service"),
        description=f"{name.removesuffix('.service')}, which nothing started by itself before",
        source="a process without a unit",
        type="simple",
        start=(process.command,),
        environment=tuple(process.environment.items()),
        user=process.user,
        directory=f"-{process.directory}" if process.directory else "",
        restart="on-failure",
        note=note if process.unknown else "",
    )


def _command(line: str) -> str:
    may_fail = "-" in line[: len(line) - len(line.lstrip(PREFIXES))]
    return shell.command(line) + (" || :" if may_fail else "")


def _environment(told: Settings) -> tuple[tuple[str, str], ...]:
    words = [
        shell.plain(w) for line in told.all("Service", "Environment") for w in WORD.findall(line)
    ]
    pairs = (word.partition("=") for word in words)
    return tuple({name: value for name, equals, value in pairs if equals}.items())


def _limits(told: Settings) -> tuple[tuple[str, str], ...]:
    found = []
    for name, option in LIMITS.items():
        values = told.all("Service", f"Limit{name}")
        soft = values[-1].partition(":")[0] if values else ""
        if soft == "infinity":
            found.append((option, "unlimited"))
        elif soft.isdigit():
            found.append((option, str(int(soft) >> 10) if name in KIBIBYTES else soft))
    return tuple(found)


def _directories(told: Settings) -> tuple[tuple[str, str], ...]:
    found = []
    for key, top in DIRECTORIES.items():
        mode = (told.all("Service", f"{key}Mode") or ["0755"])[-1]
        found += [(f"{top}/{name.partition(':')[0]}", mode) for name in told.words("Service", key)]
    return tuple(found)


def _timeout(text: str) -> int:
    if text.isdigit():
        return int(text) or TIMEOUT
    return seconds(text) or TIMEOUT
