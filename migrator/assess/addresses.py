"""Rules about addresses: where they are set, who is bound to them, who has them written down."""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.network import OF_GUESTS
from migrator.assess.offers import is_loopback
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts
from migrator.facts.network import Address

TUNNELS = ("tun", "tap", "wireguard", "ppp", "gre", "ipip", "vti", "xfrm", "veth", "dummy")
PASSING = ("temporary", "deprecated", "mngtmpaddr")
# They listen on each address that there is, and take up those of the container by themselves; or
# they set up the host's own interface, which the engine does there.
FOLLOWS = re.compile(
    r"(named|ntpd|nmbd|samba|dhclient|dhcpcd|systemd-network\w*|NetworkManager|wickedd\S*"
    r"|docker-proxy|rootlessport|avahi-daemon|conmon)$"
)
CLIENTS = (68, 546)  # DHCP
SETS = ("ifupdown", "netplan", "networkd", "NetworkManager", "ifcfg", "suse")
STATIC_KEYS = re.compile(r"(?i)(ipaddr(_?\w+)?|ipv6addr|(.*\.)?address\d*)$")


def _own(found: Facts) -> list[Address]:
    """Addresses that others reach the host by, on its own networks."""
    kinds = {item.name: item.kind for item in found.network.interfaces}
    return [
        item
        for item in found.network.addresses
        if item.scope in ("global", "site")
        and not OF_GUESTS.match(item.interface)
        and kinds.get(item.interface, "ether") not in TUNNELS
        and not set(item.flags) & {"temporary", "deprecated"}
    ]


@rule(
    "NET-01",
    Level.OVERRIDABLE,
    "A service is bound to an address of the host",
    "The container has another address: the service cannot open its socket and does not start.",
    "Let it listen on all addresses, or give the container this address with a macvlan network.",
)
def bound(found: Facts) -> Iterator[Evidence]:
    listeners = found.network.listeners
    everywhere = {(i.process, i.port) for i in listeners if i.address in ("0.0.0.0", "::")}
    own = {item.address.partition("/")[0] for item in _own(found)}
    for item in listeners:
        follows = (item.process, item.port) in everywhere or FOLLOWS.match(item.process)
        if item.address in own and not follows and item.port not in CLIENTS:
            who = item.unit or item.process or f"port {item.port}"
            yield who, f"{item.address} port {item.port}/{item.protocol.removesuffix('6')}"


@rule(
    "NET-02",
    Level.RISK,
    "Several addresses",
    "The container has one address in the engine's network; published ports are open on all"
    " addresses of the target.",
    "Move each address that clients use to the target, or give the container a macvlan network for"
    " each.",
    side="target",
)
def several(found: Facts) -> Iterator[Evidence]:
    own = [item for item in _own(found) if ":" not in item.address]
    if len(own) > 1:
        names = ", ".join(dict.fromkeys(item.interface for item in own))
        yield names, ", ".join(item.address for item in own)


@rule(
    "NET-03",
    Level.INFO,
    "A static address",
    "The engine gives the container its address; the services of the network are masked there.",
    "Nothing: ports are published on the target. Point names and clients to it at the cutover.",
    side="target",
)
def static(found: Facts) -> Iterator[Evidence]:
    """By what the files say, so that a lease is no static address."""
    for item in found.network.config:
        if item.interface == "lo" or item.kind not in SETS or item.where.startswith("/run/"):
            continue
        for line in item.settings:
            if STATIC_KEYS.match(line.key) and _is_address(line.value):
                yield line.where, line.raw.strip()
        for address in _own(found) if item.text else ():
            if address.address in item.text:
                yield item.where, address.address


def _is_address(text: str) -> bool:
    words = re.split(r"[,;\s]", text.strip("\"' "), maxsplit=1)
    try:
        return not ipaddress.ip_interface(words[0]).is_loopback
    except ValueError:
        return False


@rule(
    "NET-04",
    Level.RISK,
    "An address of the host is written in an application's configuration",
    "The container has another address: what is to be opened there fails, and what it is told to"
    " others leads to the old host.",
    "Put a name or all addresses in its place, or keep the address with a macvlan network.",
)
def literals(found: Facts) -> Iterator[Evidence]:
    for item in found.literals:
        if item.kind == "address" and item.place == "application":
            yield item.where, item.raw.strip() or item.literal


@rule(
    "NET-06",
    Level.INFO,
    "Connections to other hosts",
    "They come from the target's address afterwards.",
    "Let the target reach them, and let their firewalls and access lists know the target.",
    side="target",
)
def peers(found: Facts) -> Iterator[Evidence]:
    own = {item.address.partition("/")[0] for item in found.network.addresses}
    for peer in found.network.peers:
        other = not is_loopback(peer.address) and peer.address not in own
        if peer.direction == "out" and other:
            who = peer.unit or peer.process or "unknown"
            yield who, f"{peer.address} port {peer.port}/{peer.protocol}, {peer.count} open"


@rule(
    "NET-21",
    Level.INFO,
    "IPv6 is in use",
    "The engine's own network has no IPv6: the container reaches nobody by it, and is reached by"
    " what the target publishes.",
    "Make the engine's network with IPv6, or take the AAAA records out of the DNS.",
    side="target",
)
def version6(found: Facts) -> Iterator[Evidence]:
    """An address that someone gave counts more than one that came from a router."""
    places: dict[str, list[Address]] = defaultdict(list)
    for item in _own(found):
        if ":" in item.address:
            places[item.interface].append(item)
    for interface, items in places.items():
        given = any(i.lifetime == "permanent" and not set(i.flags) & set(PASSING) for i in items)
        level = Level.WARNING if given else Level.INFO
        yield interface, ", ".join(item.address for item in items), level
    for peer in found.network.peers:
        remote = ":" in peer.address and not peer.address.startswith(("fe80", "::"))
        if remote and peer.direction == "out":
            who = peer.unit or peer.process or "unknown"
            yield who, f"connected with {peer.address} port {peer.port}", Level.WARNING
