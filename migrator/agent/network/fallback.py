"""Addresses and routes as /proc/net has them, for a host that cannot be asked by netlink.

/proc says nothing of labels and lifetimes, of tables other than main, and of who set a route; which
interface has an IPv4 address follows from the networks that are directly connected.
"""

from __future__ import absolute_import, division, print_function

import re
import socket
import struct

from migrator.agent.host import Host
from migrator.agent.network.proc import address, network_order, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Record = dict[str, Any]

REJECT, CACHE, ANNOUNCED, OWN = 0x0200, 0x01000000, 0x00040000, 0x80100000  # RTF_...
SCOPES = {0x00: "global", 0x10: "host", 0x20: "link", 0x40: "site"}
PERMANENT, TEMPORARY, DEPRECATED, TENTATIVE = 0x80, 0x01, 0x20, 0x40
LAST = 0xFFFFFFFF  # the metric of the kernel's closing entry


def addresses(host):
    # type: (Host) -> list[Record]
    inet6 = rows(host, "network", "/proc/net/if_inet6", _inet6, heading=0)
    return _inet(host) + list(inet6)


def _inet(host):
    # type: (Host) -> list[Record]
    connected = [("127.0.0.0/8", "lo")]
    connected += [(r["destination"], r["interface"]) for r in routes(host) if not r["gateway"]]
    found = {}  # type: dict[str, Record]
    for own in re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", host.text("/proc/net/fib_trie")):
        network, interface = _narrowest(own, connected)
        length = network.partition("/")[2] or "32"
        scope = "host" if interface == "lo" else "global"
        found[own] = _address(interface, own + "/" + length, scope, "", [])
    return sorted(found.values(), key=lambda record: _number(record["address"].partition("/")[0]))


def _narrowest(own, networks):
    # type: (str, list[tuple[str, str]]) -> tuple[str, str]
    """The network that has the address, ("", "") for none."""
    best, found = -1, ("", "")
    for network, interface in networks:
        base, _, length = network.partition("/")
        shift = 32 - int(length or 0)
        is_in = ":" not in base and length and _number(own) >> shift == _number(base) >> shift
        if is_in and int(length) > best:
            best, found = int(length), (network, interface)
    return found


def _inet6(words):
    # type: (list[str]) -> Record
    own, _, length, scope, flags, interface = words
    bits = int(flags, 16)
    named = ((TEMPORARY, "temporary"), (DEPRECATED, "deprecated"), (TENTATIVE, "tentative"))
    return _address(
        interface,
        "%s/%d" % (network_order(own), int(length, 16)),
        SCOPES.get(int(scope, 16), ""),
        "permanent" if bits & PERMANENT else "dynamic",
        [name for bit, name in named if bits & bit],
    )


def _address(interface, address, scope, lifetime, flags):
    # type: (str, str, str, str, list[str]) -> Record
    return {
        "interface": interface,
        "address": address,
        "label": "",
        "scope": scope,
        "peer": "",
        "lifetime": lifetime,
        "flags": flags,
    }


def routes(host):
    # type: (Host) -> list[Record]
    """The main table."""
    inet = list(rows(host, "network", "/proc/net/route", _route))
    inet6 = rows(host, "network", "/proc/net/ipv6_route", _route6, heading=0)
    return inet + [record for record in inet6 if record]


def _route(words):
    # type: (list[str]) -> Record
    interface, base, gateway, flags, _, _, metric, mask, mtu = words[:9]
    via = address(gateway)
    return {
        "family": "inet",
        "destination": _network(address(base), bin(int(mask, 16)).count("1")),
        "gateway": "" if via == "0.0.0.0" else via,
        "interface": "" if interface == "*" else interface,
        "origin": "",
        "table": "main",
        "kind": "unreachable" if int(flags, 16) & REJECT else "unicast",
        "scope": "",
        "metric": int(metric),
        "source": "",
        "mtu": int(mtu),
        "weight": 0,
    }


def _route6(words):
    # type: (list[str]) -> Record
    """{} for what the kernel keeps for itself."""
    base, length, _, _, gateway, metric, _, _, flags, interface = words
    bits = int(flags, 16)
    if bits & (OWN | CACHE) or base.startswith("ff00") or int(metric, 16) == LAST:
        return {}
    return {
        "family": "inet6",
        "destination": _network(network_order(base), int(length, 16)),
        "gateway": "" if not gateway.strip("0") else network_order(gateway),
        "interface": interface,
        "origin": "ra" if bits & ANNOUNCED else "",
        "table": "main",
        "kind": "unreachable" if bits & REJECT else "unicast",
        "scope": "",
        "metric": int(metric, 16),
        "source": "",
        "mtu": 0,
        "weight": 0,
    }


def _network(base, length):
    # type: (str, int) -> str
    return "%s/%d" % (base, length) if length else "default"


def _number(address):
    # type: (str) -> int
    return int(struct.unpack(">I", socket.inet_aton(address))[0])
