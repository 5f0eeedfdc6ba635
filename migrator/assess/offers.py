"""What the host offers to others: its listeners, each service once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from migrator.facts import Facts
from migrator.facts.network import Listener
from migrator.plan import Plan


@dataclass(frozen=True)
class Offer:
    """A port that a process listens on."""

    protocol: str  # tcp | udp
    port: int
    addresses: tuple[str, ...]  # of the host, where it listens; "0.0.0.0" and "::" are all
    unit: str  # "" when none is known
    process: str
    user: str
    reachable: bool  # from other hosts; False: from the host itself alone
    target: int  # the port that the plan gives it on the target; 0 for none


def of(found: Facts, plan: Plan) -> tuple[Offer, ...]:
    """By port; who listens for IPv4 and IPv6, or on several addresses, is one."""
    groups: dict[tuple[int, str, str, str], list[Listener]] = defaultdict(list)
    for item in found.network.listeners:
        groups[item.port, item.protocol.removesuffix("6"), item.unit, item.process].append(item)
    made = []
    for (port, protocol, unit, process), items in sorted(groups.items()):
        addresses = tuple(dict.fromkeys(item.address for item in items))
        planned = plan.ports.get(f"{port}/{protocol}")
        reachable = not all(is_loopback(address) for address in addresses)
        target = planned.target if planned and reachable else 0
        made.append(
            Offer(protocol, port, addresses, unit, process, items[0].user, reachable, target)
        )
    return tuple(made)


def is_loopback(address: str) -> bool:
    plain = address.removeprefix("::ffff:")
    return plain.startswith("127.") or plain == "::1"
