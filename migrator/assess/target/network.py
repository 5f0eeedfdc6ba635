"""Whether the target reaches, and knows, those that the host talks with; and its clock."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.placement import Placement
from migrator.assess.rules import Evidence, placed
from migrator.assess.target.wishes import datagrams, names, peers

SKEW = 5.0  # seconds; the way there and the start of Python count in
WORDS = {"refused": "the connection is refused", "timeout": "no answer"}


@placed(
    "TGT-06",
    Level.RISK,
    "The target's clock or names differ",
    "A container has the clock of its target: Kerberos, certificates and replication fail when it"
    " is wrong. A name that the target's resolvers do not know is not known in the container.",
    "Let the target follow the same time servers and resolvers as the host did.",
)
def clock_and_names(pair: Placement) -> Iterator[Evidence]:
    target = pair.target
    if abs(target.skew) > SKEW:
        way = "before" if target.skew > 0 else "behind"
        yield "clock", f"{abs(target.skew):.0f} s {way} the controller's"
    if target.system.synchronised == "no":
        yield "clock", "it follows no time server", Level.WARNING
    for name in names(pair.found):
        if target.names.get(name) == "":
            yield name, "the target finds no address for it"


@placed(
    "TGT-07",
    Level.RISK,
    "The target does not reach someone that the host talks with",
    "The container's connections leave by the target: its routes and the firewalls on the way"
    " count, and rules that allow the old address alone no longer match.",
    "Have the way opened from the target's address, and assess again. What goes over UDP cannot be"
    " tried from outside: look whether it works when the container runs.",
)
def reach(pair: Placement) -> Iterator[Evidence]:
    who = {
        (link.address.removeprefix("::ffff:"), link.port): link.unit or link.process
        for link in pair.found.network.peers
        if link.direction == "out"
    }
    wanted = set(peers(pair.found))
    for tried in pair.target.connections:
        peer = (tried.address, tried.port)
        if tried.result != "open" and peer in wanted:
            words = WORDS.get(tried.result, tried.result)
            yield f"{tried.address}:{tried.port}", f"{who[peer]}: {words}"
    for network in pair.target.engine.subnets:
        for address, port in peers(pair.found):
            if _is_inside(address, network):
                yield f"{address}:{port}", f"the engine's own network is {network}"
    for address, port in sorted(set(datagrams(pair.found))):
        yield f"{address}:{port}", "UDP: not decidable", Level.INFO


def _is_inside(address: str, network: str) -> bool:
    """False also for what is no network."""
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
