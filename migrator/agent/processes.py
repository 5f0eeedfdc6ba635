"""Running processes and the units they belong to, from /proc."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.files import Root, decoded

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
LIVE = Root("/")


def read(names):
    # type: (dict[int, str]) -> list[dict[str, Any]]
    """``names`` maps uid to user name. Kernel threads, which have no command, are left out."""
    found = []
    for pid in pids():
        command = LIVE.raw("/proc/%d/cmdline" % pid)
        status = dict(re.findall(r"(?m)^(\w+):\s*(.*)$", LIVE.text("/proc/%d/status" % pid)))
        if not command or not status or pid == os.getpid():
            continue
        uid = int(status["Uid"].split()[1])
        found.append(
            {
                "pid": pid,
                "parent": int(status["PPid"]),
                "user": names.get(uid, str(uid)),
                "command": [decoded(word) for word in command.rstrip(b"\0").split(b"\0")],
                "exe": _link("/proc/%d/exe" % pid),
                "unit": unit(pid),
                "capabilities": _capabilities(int(status["CapEff"], 16)) if uid else [],
            }
        )
    return found


def pids():
    # type: () -> list[int]
    return sorted(int(name) for name in LIVE.names("/proc") if name.isdigit())


def unit(pid):
    # type: (int) -> str
    """The unit of a process by its control group, "" for none."""
    for line in LIVE.lines("/proc/%d/cgroup" % pid):
        controllers, path = line.split(":", 2)[1:]
        if controllers in ("", "name=systemd"):
            parts = [p for p in path.split("/") if re.search(r"\.(service|scope|socket)$", p)]
            if parts:
                return str(parts[-1])
    return ""


def sockets():
    # type: () -> Iterator[tuple[str, int]]
    """(inode, pid) of each open socket."""
    for pid in pids():
        place = "/proc/%d/fd" % pid
        for name in LIVE.names(place):
            target = _link(place + "/" + name)
            if target.startswith("socket:["):
                yield target[len("socket:[") : -1], pid


def _link(path):
    # type: (str) -> str
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _capabilities(mask):
    # type: (int) -> list[str]
    return ["CAP_" + name for bit, name in enumerate(CAPABILITIES) if mask >> bit & 1]
