"""Running processes and the units they belong to, from /proc."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.accounts import names
from migrator.agent.files import decoded
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

CAPABILITIES = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE"
    " NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO"
    " SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME"
    " SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG"
    " WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split()


def read(host, found):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    """Kernel threads, which have no command, are left out."""
    host.only_live()
    users = names(host)
    running = []
    for pid in pids(host):
        command = host.raw("/proc/%d/cmdline" % pid)
        status = dict(re.findall(r"(?m)^(\w+):\s*(.*)$", host.text("/proc/%d/status" % pid)))
        if not command or not status or (host.real and pid == os.getpid()):
            continue
        uid = int(status["Uid"].split()[1])
        running.append(
            {
                "pid": pid,
                "parent": int(status["PPid"]),
                "user": users.get(uid, str(uid)),
                "command": [decoded(word) for word in command.rstrip(b"\0").split(b"\0")],
                "exe": host.link("/proc/%d/exe" % pid),
                "unit": unit(host, pid),
                "capabilities": _capabilities(int(status["CapEff"], 16)) if uid else [],
            }
        )
    return running


def pids(host):
    # type: (Host) -> list[int]
    return sorted(int(name) for name in host.names("/proc") if name.isdigit())


def unit(host, pid):
    # type: (Host, int) -> str
    """The unit of a process by its control group, "" for none."""
    for line in host.lines("/proc/%d/cgroup" % pid):
        controllers, path = line.split(":", 2)[1:]
        if controllers in ("", "name=systemd"):
            parts = [p for p in path.split("/") if re.search(r"\.(service|scope|socket)$", p)]
            if parts:
                return str(parts[-1])
    return ""


def sockets(host):
    # type: (Host) -> Iterator[tuple[str, int]]
    """(inode, pid) of each open socket."""
    for pid in pids(host):
        place = "/proc/%d/fd" % pid
        for name in host.names(place):
            target = host.link(place + "/" + name)
            if target.startswith("socket:["):
                yield target[len("socket:[") : -1], pid


def _capabilities(mask):
    # type: (int) -> list[str]
    return ["CAP_" + name for bit, name in enumerate(CAPABILITIES) if mask >> bit & 1]
