"""Running processes and the units they belong to, from /proc."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.accounts import names
from migrator.agent.files import decoded
from migrator.agent.processes import cgroup, descriptors, mapped, status
from migrator.agent.redact import redacted_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from migrator.agent.host import Host

UNITS = "processes.units"
LOGINS = ("session-", "user@")  # beginnings of units of people
DENIED = re.compile(r"/proc/(\d+)/")


def read(host, found):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    """The kernel's threads and dead processes are left out, and so is the agent itself."""
    host.only_live()
    reader = Reader(host)
    running = []
    for pid in pids(host):
        try:
            process = None if host.real and pid == os.getpid() else reader.process(pid)
        except (ValueError, IndexError, KeyError) as error:  # it hides no other process
            host.strange("processes", "/proc/%d" % pid, str(error))
            continue
        if process:
            running.append(process)
    _by_main_process(running, found.get("units", []))
    host.memory[UNITS] = dict((process["pid"], process["unit"]) for process in running)
    _say_once_what_is_denied(host)
    return running


class Reader(object):
    """What is the same for all processes is read once."""

    def __init__(self, host):
        # type: (Host) -> None
        self.host = host
        self.users = names(host)
        self.top = cgroup.top(host.text("/proc/1/cgroup"))
        self.namespace = host.link("/proc/1/ns/pid")
        self.every = status.every_capability(host.text("/proc/1/status"))
        self.default_limits = status.default_limits(host)

    def process(self, pid):
        # type: (int) -> dict[str, Any] | None
        """None when it is none of interest, or gone before it was read."""
        host, place = self.host, "/proc/%d/" % pid
        state = status.fields(host.text(place + "status"))
        numbers = status.numbers(host.text(place + "stat"))
        if not state or numbers.is_kernel or state["State"][:1] in status.DEAD:
            return None
        command = host.raw(place + "cmdline")
        if not command and not numbers.known:
            return None
        real, effective = state["Uid"].split()[:2]
        sets = [self._capabilities(state, name) for name in ("CapEff", "CapPrm", "CapAmb")]
        within = cgroup.place(host.text(place + "cgroup"), self.top)
        exe = host.link(place + "exe")
        variables = host.raw(place + "environ")
        apart = not within.unit or within.unit.startswith(LOGINS)
        return {
            "pid": pid,
            "parent": int(state["PPid"]),
            "user": self._user(effective),
            "real_user": self._user(real) if real != effective else "",
            "command": redacted_words(decoded(command.rstrip(b"\0")).split("\0"))
            if command
            else [],
            "exe": mapped.path(exe),
            "cwd": host.link(place + "cwd"),
            "unit": within.unit,
            "container": within.container,
            "nested": self._nested(pid, state),
            "capabilities": sets[0],
            "permitted": sets[1] if sets[1] != sets[0] else [],
            "ambient": sets[2],
            "limits": status.limits(host.text(place + "limits"), self.default_limits),
            "rss": status.memory(state.get("VmRSS", "")),
            "threads": int(state.get("Threads", "0")),
            "started": numbers.started,
            "nice": numbers.nice,
            "devices": descriptors.devices(host, pid),
            "deleted": mapped.deleted(exe, host.raw(place + "maps")),
            "environment_names": status.variable_names(variables),
            "environment": status.plain_variables(variables) if apart else {},
        }

    def _user(self, uid):
        # type: (str) -> str
        return self.users.get(int(uid), uid)

    def _capabilities(self, state, name):
        # type: (dict[str, str], str) -> list[str]
        return status.capabilities(int(state.get(name, "0"), 16), self.every)

    def _nested(self, pid, state):
        # type: (int, dict[str, str]) -> bool
        """It has a number in each namespace; kernels before 4.1 do not list them."""
        if "NSpid" in state:
            return len(state["NSpid"].split()) > 1
        own = self.host.link("/proc/%d/ns/pid" % pid)
        return bool(own and self.namespace) and own != self.namespace


def _by_main_process(running, units):
    # type: (list[dict[str, Any]], list[dict[str, Any]]) -> None
    """Without systemd no control group names a unit, but scripts and jobs leave the number of
    their process, and its children belong to them as well."""
    mains = dict(
        (int(unit["properties"]["MainPID"]), unit["name"])
        for unit in units
        if unit["origin"] in ("sysv", "upstart", "runit")
        and re.match(r"[0-9]+\Z", unit["properties"].get("MainPID", ""))
    )
    parents = dict((process["pid"], process["parent"]) for process in running)
    for process in running:
        pid = process["pid"]
        seen = set()  # type: set[int]
        while not process["unit"] and mains and pid in parents and pid not in seen:
            seen.add(pid)
            process["unit"] = mains.get(pid, "")
            pid = parents[pid]


def _say_once_what_is_denied(host):
    # type: (Host) -> None
    lost = dict((path, DENIED.match(path)) for path in host.denied)
    denied = set(match.group(1) for match in lost.values() if match)
    host.denied.difference_update(path for path, match in lost.items() if match)
    if denied:
        message = "processes of other users (%d here): only root may see their program, their open"
        message += " and mapped files and their environment"
        host.failed("processes.details", "denied", message % len(denied))


def pids(host):
    # type: (Host) -> list[int]
    return sorted(int(name) for name in host.names("/proc") if re.match("[0-9]+$", name))


def unit(host, pid):
    # type: (Host, int) -> str
    """The unit of a process, "" for none."""
    known = host.memory.get(UNITS, {})
    if pid in known:
        return str(known[pid])
    top = cgroup.top(host.text("/proc/1/cgroup"))
    return str(cgroup.place(host.text("/proc/%d/cgroup" % pid), top).unit)


def sockets(host):
    # type: (Host) -> Iterator[tuple[str, int]]
    """(inode, pid) of each open socket, by pid."""
    for pid in pids(host):
        for inode in descriptors.sockets(host, pid):
            yield inode, pid
