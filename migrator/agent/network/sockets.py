"""The kernel's tables of sockets, each with the process and the unit that holds it."""

from __future__ import absolute_import, division, print_function

import collections
import re

from migrator.agent import processes
from migrator.agent.accounts import names
from migrator.agent.host import Host
from migrator.agent.network.proc import address, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAPPED = "::ffff:"
STATES = {1: "established", 7: "unconnected", 10: "listening"}

Socket = collections.namedtuple("Socket", "address port peer peer_port state uid inode")


class Sockets(object):
    """The sockets of each protocol, and which process, unit and user holds one, by its inode."""

    def __init__(self, host):
        # type: (Host) -> None
        self.host = host
        self.users = names(host)
        self.tables = {}  # type: dict[str, list[Socket]]
        self.pids = {}  # type: dict[str, int]
        self.known = {0: ("", "")}  # type: dict[int, tuple[str, str]]
        for inode, pid in processes.sockets(host):
            self.pids.setdefault(inode, pid)  # the parent of a group has the lowest pid

    def table(self, protocol):
        # type: (str) -> list[Socket]
        """All of "tcp", "udp6", "raw" and the like."""
        if protocol not in self.tables:
            found = rows(self.host, "network", "/proc/net/" + protocol, _socket)
            self.tables[protocol] = list(found)
        return self.tables[protocol]

    def holder(self, inode):
        # type: (str) -> dict[str, Any]
        """pid, process and unit; 0 and "" for the kernel's own and the unknown."""
        pid = self.pids.get(inode, 0)
        if pid not in self.known:
            name = re.match(r"Name:\s*(.*)", self.host.text("/proc/%d/status" % pid))
            unit = processes.unit(self.host, pid)
            self.known[pid] = (name.group(1) if name else "", unit)
        process, unit = self.known[pid]
        return {"pid": pid, "process": process, "unit": unit}

    def user(self, uid):
        # type: (int) -> str
        return self.users.get(uid, str(uid))


def _socket(words):
    # type: (list[str]) -> Socket
    own, port = words[1].split(":")
    peer, peer_port = words[2].split(":")
    return Socket(
        address(own),
        int(port, 16),
        unmapped(address(peer)),
        int(peer_port, 16),
        STATES.get(int(words[3], 16), ""),
        int(words[7]),
        words[9],
    )


def unmapped(text):
    # type: (str) -> str
    """An IPv4 peer of an IPv6 socket, as IPv4."""
    return text[len(MAPPED) :] if text.startswith(MAPPED) and "." in text else text
