"""Rules about what listens: ports, multicast and sockets below TCP and UDP."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator

from migrator.assess.finding import Level
from migrator.assess.offers import is_loopback
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts
from migrator.facts.network import Listener
from migrator.plan.grants import MOVED, served

PRIVILEGED = 1024
# They set up the host's own interfaces, which the engine does for a container.
SETS_UP = re.compile(
    r"(dhclient|dhcpcd\d?|dhcpd|udhcpc|systemd-network\w*|NetworkManager|wickedd\S*|wpa_supplicant"
    r"|lldpd|lldpad|rdisc|connmand|kea-dhcp\d)$"
)
DISCOVERY = {5353: "mDNS", 1900: "SSDP", 3702: "WS-Discovery", 5355: "LLMNR", 427: "SLP"}
LLMNR = "systemd-resolve"  # it has it on by default, and nobody counts on it


def _once(listeners: Iterable[Listener]) -> Iterator[tuple[str, Listener]]:
    """Each port of a service once, though it listens for IPv4 and IPv6 or on several addresses."""
    seen = set()
    for item in listeners:
        key = f"{item.port}/{item.protocol.removesuffix('6')}"
        if (item.unit, key) not in seen:
            seen.add((item.unit, key))
            yield key, item


@rule(
    "NET-14",
    Level.RISK,
    "A program sends or reads raw packets",
    "The engine does not give NET_RAW: it cannot open its socket.",
    "Add NET_RAW to the plan's capabilities; what watches a whole network belongs on the target.",
    side="target",
)
def raw(found: Facts) -> Iterator[Evidence]:
    seen = set()
    for item in found.network.raw_sockets:
        who = item.unit or item.process
        if who and who not in seen and not SETS_UP.match(item.process):
            seen.add(who)
            yield who, f"{item.process} has a {item.kind} socket {item.interface}".strip()


@rule(
    "NET-16",
    Level.WARNING,
    "A service is found by multicast",
    "Multicast and broadcast do not pass the engine's network: it finds nobody and is not found.",
    "Name the others in its configuration, or give the container a macvlan or the host's network.",
    side="target",
)
def multicast(found: Facts) -> Iterator[Evidence]:
    udp = [item for item in found.network.listeners if item.protocol.startswith("udp")]
    for key, item in _once(udp):
        known = DISCOVERY.get(item.port, "") if item.process != LLMNR else ""
        group = _is_multicast(item.address)
        if (known and not is_loopback(item.address)) or group:
            who = item.unit or item.process or key
            yield who, f"{known or 'multicast'} on {item.address} port {key}"


def _is_multicast(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_multicast
    except ValueError:
        return False


@rule(
    "NET-17",
    Level.INFO,
    "Ports below 1024",
    "The container may open them, and the target publishes them.",
    "Nothing: an engine without root would need ports from 1024 on.",
    side="target",
)
def privileged(found: Facts) -> Iterator[Evidence]:
    for key, item in _once(served(found)):
        if item.port < PRIVILEGED:
            yield item.unit, f"{item.process} on {key}".strip()


@rule(
    "NET-18",
    Level.WARNING,
    "A port that the target uses itself",
    "Two cannot have one port: it is published under another one, which clients must be told.",
    "Tell clients the port in the plan, or free the target's own and set it back there.",
    side="target",
)
def moved(found: Facts) -> Iterator[Evidence]:
    for key, item in _once(served(found)):
        if item.port in MOVED and item.protocol.startswith("tcp"):
            yield item.unit, f"{key} is published as {MOVED[item.port]}"


@rule(
    "NET-19",
    Level.INFO,
    "Services of UDP",
    "Their ports are published like those of TCP; a scan of ports does not show whether they work.",
    "Ask each of them once after the launch.",
    side="target",
)
def udp(found: Facts) -> Iterator[Evidence]:
    for key, item in _once(served(found)):
        if item.protocol.startswith("udp"):
            yield item.unit, f"{item.process} on {key}".strip()
