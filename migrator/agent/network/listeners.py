"""What waits for others: TCP and UDP ports, sockets below them, and sockets with a name."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.network.links import names_by_index
from migrator.agent.network.proc import rows
from migrator.agent.network.sockets import Sockets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Record = dict[str, Any]

WAITING = (
    ("tcp", "listening"),
    ("tcp6", "listening"),
    ("udp", "unconnected"),
    ("udp6", "unconnected"),
)
ACCEPTS = 0x10000  # a UNIX socket that listens
TYPES = {1: "stream", 2: "dgram", 5: "seqpacket"}


def ports(host, sockets):
    # type: (Host, Sockets) -> list[Record]
    found = []
    for protocol, state in WAITING:
        for socket in sockets.table(protocol):
            if socket.state == state:
                record = {
                    "protocol": protocol,
                    "address": socket.address,
                    "port": socket.port,
                    "user": sockets.user(socket.uid),
                }
                found.append(dict(record, **sockets.holder(socket.inode)))
    return found


def raw_sockets(host, sockets):
    # type: (Host, Sockets) -> list[Record]
    """Sockets for one IP protocol, and those for all that an interface sees."""
    found = []
    for kind in ("raw", "raw6"):
        for socket in sockets.table(kind):  # its port is the number of the protocol
            user = sockets.user(socket.uid)
            record = {"kind": kind, "protocol": socket.port, "interface": "", "user": user}
            found.append(dict(record, **sockets.holder(socket.inode)))
    interfaces = names_by_index(host)
    for protocol, index, uid, inode in rows(host, "network", "/proc/net/packet", _packet):
        record = {
            "kind": "packet",
            "protocol": protocol,
            "interface": interfaces.get(index, ""),
            "user": sockets.user(uid),
        }
        found.append(dict(record, **sockets.holder(inode)))
    return found


def _packet(words):
    # type: (list[str]) -> tuple[int, int, int, str]
    """(protocol, interface, user, inode)."""
    return int(words[3], 16), int(words[4]), int(words[7]), words[8]


def unix_sockets(host, sockets):
    # type: (Host, Sockets) -> list[Record]
    """Those with a name that wait for connections or messages, each name once."""
    found = {}  # type: dict[str, Record]
    order = []
    for kind, path, inode in rows(host, "network", "/proc/net/unix", _unix):
        if path and kind and path not in found:
            found[path] = dict({"path": path, "kind": kind}, **sockets.holder(inode))
            order.append(path)
    return [found[path] for path in order]


def _unix(words):
    # type: (list[str]) -> tuple[str, str, str]
    """(type or "" for what does not wait, path, inode); a path may have blanks."""
    type_ = int(words[4], 16)
    waits = int(words[3], 16) & ACCEPTS or type_ == 2
    return TYPES.get(type_, str(type_)) if waits else "", " ".join(words[7:]), words[6]
