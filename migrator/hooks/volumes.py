"""What hooks look after on volumes: known from the plan, the facts and the snapshot's ledger."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from migrator.facts import Facts
from migrator.plan import Plan

PID = 16  # bytes; a file with the number of a process has no more
MOST = 200  # of a kind; more of them are not named one by one


@dataclass(frozen=True)
class Top:
    """The top directory of a volume as it was on the host."""

    path: str
    uid: int
    gid: int
    mode: str  # octal


@dataclass(frozen=True)
class Inside:
    """A file on a volume, by its path below the volume's."""

    volume: str
    path: str
    reason: str


@dataclass(frozen=True)
class Volumes:
    tops: tuple[Top, ...] = ()
    programs: tuple[Inside, ...] = ()  # that services or jobs start
    leftovers: tuple[Inside, ...] = ()  # pid files, sockets and their locks


def paths(plan: Plan) -> list[str]:
    """The top directories of volumes."""
    return [path for path, choice in plan.paths.items() if choice.decision == "volume"]


def read(rows: Iterable[dict[str, Any]], plan: Plan, found: Facts) -> Volumes:
    """``rows`` of the ledger, read once: at least those of what is on volumes."""
    started = _started(found)
    tops: list[Top] = []
    programs: list[Inside] = []
    leftovers: list[Inside] = []
    for row in rows:
        path = row["path"]
        decided = plan.path_decision(path)
        if decided is None or decided[1].decision != "volume" or not path.isprintable():
            continue
        volume = decided[0]
        if path == volume and row.get("kind") == "d":
            tops.append(Top(path, row["uid"], row["gid"], f"{row['mode'] & 0o7777:o}"))
        elif reason := _left(row):
            leftovers.append(Inside(volume, path[len(volume) :], reason))
        elif path in started and row.get("kind") == "f" and row["mode"] & 0o111:
            programs.append(Inside(volume, path[len(volume) :], started[path]))
    return Volumes(tuple(tops), tuple(programs[:MOST]), tuple(leftovers[:MOST]))


def _left(row: dict[str, Any]) -> str:
    """Why the file means nothing once the container ended, or ""."""
    name = posixpath.basename(row["path"])
    if row.get("kind") == "s":
        return "a socket"
    if row.get("kind") != "f" or row["size"] > 2 * MOST:
        return ""
    if name.startswith(".s.") and name.endswith(".lock"):
        return "the lock of a socket"
    if name == "postmaster.pid" or (name.endswith(".pid") and row["size"] <= PID):
        return "a pid file"
    return ""


def _started(found: Facts) -> dict[str, str]:
    """Absolute path of a program -> who starts it."""
    return {path: who for command, who in _commands(found) if (path := _program(command))}


def _commands(found: Facts) -> Iterator[tuple[str, str]]:
    for unit in found.units:
        for command in (*unit.commands, *(other.command for other in unit.other_commands)):
            yield command, unit.name
    for job in found.cron.jobs:
        yield job.command, f"a job in {job.where}"


def _program(command: str) -> str:
    word = command.lstrip("@-:+!").partition(" ")[0]
    return word if word.startswith("/") else ""
