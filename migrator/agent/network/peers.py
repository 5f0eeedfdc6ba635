"""Whom the host talks with now: established connections, counted by peer and service."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.network.sockets import Sockets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Record = dict[str, Any]

MOST = 2000  # records: a busy server has more clients than anyone reads


def read(host, sockets, listening):
    # type: (Host, Sockets, list[Record]) -> list[Record]
    """``listening`` are the listeners: what uses a port of theirs came in, all else went out.

    The busiest come first where a limit cuts off the rest.
    """
    ports = set((record["protocol"].rstrip("6"), record["port"]) for record in listening)
    counts = {}  # type: dict[tuple[str, str, str, int, str, str], int]
    for table in ("tcp", "tcp6", "udp", "udp6"):
        protocol = table.rstrip("6")
        for socket in sockets.table(table):
            if socket.state == "established":
                came_in = (protocol, socket.port) in ports
                service = socket.port if came_in else socket.peer_port
                direction = "in" if came_in else "out"
                holder = sockets.holder(socket.inode)
                who = (holder["process"], holder["unit"])
                key = (direction, protocol, socket.peer, service) + who
                counts[key] = counts.get(key, 0) + 1
    busiest = sorted(counts, key=lambda key: (-counts[key], key))
    if len(busiest) > MOST:
        message = "only the %d busiest of %d peers" % (MOST, len(busiest))
        host.failed("network.peers", "limited", message)
    return [_record(key, counts[key]) for key in sorted(busiest[:MOST])]


def _record(key, count):
    # type: (tuple[str, str, str, int, str, str], int) -> Record
    direction, protocol, address, port, process, unit = key
    return {
        "direction": direction,
        "protocol": protocol,
        "address": address,
        "port": port,
        "process": process,
        "unit": unit,
        "count": count,
    }
