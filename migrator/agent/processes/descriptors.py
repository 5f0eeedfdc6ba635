"""What processes hold open; /proc/<pid>/fd is read once for all subjects."""

from __future__ import absolute_import, division, print_function

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.agent.host import Host

    Held = tuple[list[str], list[str]]

KEPT = "processes.descriptors"
SOCKET = "socket:["
# Terminals, and what every process may have open.
ORDINARY = re.compile(
    r"/dev/(?:null|zero|full|u?random|tty[0-9]*|console|ptmx|pts/.*|shm/.*|mqueue/.*|log)\Z"
)


def devices(host, pid):
    # type: (Host, int) -> list[str]
    """Paths below /dev, each once."""
    return _held(host, pid)[1]


def sockets(host, pid):
    # type: (Host, int) -> list[str]
    """Inodes."""
    return _held(host, pid)[0]


def _held(host, pid):
    # type: (Host, int) -> Held
    """(inodes of sockets, devices) of a process."""
    known = host.memory.setdefault(KEPT, {})  # type: dict[int, Held]
    if pid not in known:
        known[pid] = _read(host, "/proc/%d/fd" % pid)
    return known[pid]


def _read(host, place):
    # type: (Host, str) -> Held
    inodes, devices = [], []  # type: tuple[list[str], list[str]]
    for name in host.names(place):
        target = host.link(place + "/" + name)
        if target.startswith(SOCKET):
            inodes.append(target[len(SOCKET) : -1])
        elif target.startswith("/dev/") and not ORDINARY.match(target) and target not in devices:
            devices.append(target)
    return inodes, devices
