"""The routes of all tables, from netlink; from /proc where there is none."""

from __future__ import absolute_import, division, print_function

import struct

from migrator.agent.host import Host
from migrator.agent.netlink import NetlinkError, address, attributes, messages, number
from migrator.agent.network import fallback
from migrator.agent.network.links import names_by_index
from migrator.agent.network.numbers import SCOPES, origin_names, table_names
from migrator.agent.run import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

HEAD = struct.Struct("=BBBBBBBBI")  # family, lengths, tos, table, origin, scope, kind, flags
HOP = struct.Struct("=HBBi")  # length, flags, weight less one, interface
DESTINATION, OUT, GATEWAY, METRIC, SOURCE, METRICS, HOPS, TABLE, VIA = 1, 4, 5, 6, 7, 8, 9, 15, 18
MTU = 2
CLONED = 0x200  # a memory of one destination, not a route
MOST = 20000  # routes; a router has more
FAMILIES = {2: "inet", 10: "inet6"}
KINDS = (
    "unspec unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat"
).split()


def read(host):
    # type: (Host) -> list[dict[str, Any]]
    """A route of several next hops is one record for each. What the kernel keeps in the table
    "local" for each of its own addresses is left out."""
    host.only_live()
    try:
        data = host.netlink("route")
    except (NetlinkError, CommandError) as error:
        message = "%s: only the main table, without who set a route" % error
        host.failed("network.routes", "limited", message)
        return fallback.routes(host)
    found = []  # type: list[dict[str, Any]]
    tables, origins = table_names(host), origin_names(host)
    interfaces = names_by_index(host)
    for (family, length, _, _, table, origin, scope, kind, flags), fields in messages(data, HEAD):
        table = number(fields.get(TABLE)) or table
        destination = address(fields.get(DESTINATION))
        if family not in FAMILIES or flags & CLONED or _is_own(table, origin, destination):
            continue
        if len(found) >= MOST:
            host.failed("network.routes", "limited", "only the first %d routes" % MOST)
            break
        record = {
            "family": FAMILIES[family],
            "destination": "%s/%d" % (destination, length) if length else "default",
            "origin": origins.get(origin, str(origin)),
            "table": tables.get(table, str(table)),
            "kind": KINDS[kind] if kind < len(KINDS) else str(kind),
            "scope": SCOPES.get(scope, str(scope)),
            "metric": number(fields.get(METRIC)),
            "source": address(fields.get(SOURCE)),
            "mtu": number(attributes(fields.get(METRICS, b"")).get(MTU)),
        }
        for index, weight, hop in _hops(fields):
            gateway = address(hop.get(GATEWAY)) or address(hop.get(VIA, b"")[2:])
            interface = interfaces.get(index, "")
            found.append(dict(record, gateway=gateway, interface=interface, weight=weight))
    return found


def _is_own(table, origin, destination):
    # type: (int, int, str) -> bool
    """Whether the kernel made it of an address, or for itself."""
    if table == 0:
        return True
    return table == 255 and (origin == 2 or destination.startswith("ff00::"))


def _hops(fields):
    # type: (dict[int, bytes]) -> Iterator[tuple[int, int, dict[int, bytes]]]
    """(interface, weight, attributes) of each next hop; weight 0 where there is only one."""
    data = fields.get(HOPS, b"")
    if not data:
        yield number(fields.get(OUT)), 0, fields
    while len(data) >= HOP.size:
        length, _, weight, index = HOP.unpack_from(data)
        if length < HOP.size:
            return
        yield index, weight + 1, attributes(data[HOP.size : length])
        data = data[(length + 3) & ~3 :]
