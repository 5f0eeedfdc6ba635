"""Jobs that still run when what started them is stopped: cron leaves them to themselves."""

from __future__ import absolute_import, division, print_function

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    Child = tuple[int, str]  # process and the time of its start, which tells it from a later one

PAUSE = 0.2  # seconds


def children(units, proc="/proc"):
    # type: (Sequence[str], str) -> list[Child]
    """All descendants of the units' processes: a job may be in a session of its own."""
    parents = _parents(proc)
    found = set(pid for pid in parents if _of(pid, units, proc))
    roots = set(pid for pid in found if parents[pid] not in found)
    grown = True
    while grown:
        more = set(pid for pid, parent in parents.items() if parent in found) - found
        grown = bool(more)
        found |= more
    return [(pid, _start(pid, proc)) for pid in sorted(found - roots)]


def wait(units, known, patience, proc="/proc"):
    # type: (Sequence[str], Sequence[Child], float, str) -> list[dict[str, Any]]
    """What of ``known``, and of what is found now, still runs after ``patience`` seconds."""
    end = time.time() + patience
    while True:
        left = [pid for pid, start in known if start and _start(pid, proc) == start]
        left += [pid for pid in _parents(proc) if pid not in left and _of(pid, units, proc)]
        if not left or time.time() > end:
            return [{"pid": pid, "command": _command(pid, proc)} for pid in sorted(left)]
        time.sleep(PAUSE)


def _parents(proc):
    # type: (str) -> dict[int, int]
    found = {}  # type: dict[int, int]
    for name in os.listdir(proc):
        if name.isdigit():
            rest = _read("%s/%s/stat" % (proc, name)).rpartition(")")[2].split()
            if len(rest) > 1 and rest[0] != "Z":
                found[int(name)] = int(rest[1])
    return found


def _start(pid, proc):
    # type: (int, str) -> str
    """Clock ticks since the boot; "" for one that is gone or a zombie."""
    rest = _read("%s/%d/stat" % (proc, pid)).rpartition(")")[2].split()
    return rest[19] if len(rest) > 19 and rest[0] != "Z" else ""


def _of(pid, units, proc):
    # type: (int, Sequence[str], str) -> bool
    """By its control group; where no systemd made one, by the name of the unit's program."""
    groups = _read("%s/%d/cgroup" % (proc, pid))
    if ".service" in groups or ".scope" in groups or ".slice" in groups:
        return any("/%s/" % unit in line + "/" for unit in units for line in groups.splitlines())
    name = _read("%s/%d/comm" % (proc, pid)).strip()
    return name + ".service" in units or (name == "cron" and "crond.service" in units)


def _command(pid, proc):
    # type: (int, str) -> str
    words = _read("%s/%d/cmdline" % (proc, pid)).split("\0")
    return " ".join(words).strip()[:200] or _read("%s/%d/comm" % (proc, pid)).strip()


def _read(path):
    # type: (str) -> str
    try:
        with open(path, "rb") as handle:
            return handle.read().decode("utf-8", "replace")
    except (IOError, OSError):
        return ""
