"""Rules about names: the host's own, those in /etc/hosts, and who resolves the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.offers import is_loopback
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts

USUAL = ("localhost", "ip6-", "ipv6-")
RESOLVED = ("127.0.0.53", "127.0.0.54")  # systemd-resolved, which knows the servers behind it


@rule(
    "NET-05",
    Level.INFO,
    "The host's name is written in an application's configuration",
    "The container keeps the name, so that it goes on; it resolves to the container's own address.",
    "Nothing as long as network.hostname in the plan stays as it is.",
)
def literals(found: Facts) -> Iterator[Evidence]:
    """One of a file, with its first line."""
    files: dict[str, list[str]] = defaultdict(list)
    for item in found.literals:
        if item.kind == "name" and item.place == "application":
            files[item.where.rpartition(":")[0]].append(item.raw.strip() or item.literal)
    for where, lines in files.items():
        more = f", and {len(lines) - 1} more lines" if len(lines) > 1 else ""
        yield where, f"{lines[0]}{more}"


@rule(
    "NET-07",
    Level.INFO,
    "Names in /etc/hosts",
    "The engine writes /etc/hosts anew; these names are given to it with the container. Those of"
    " the host's own address become 127.0.0.1, where what listens on one address does not answer.",
    "Check network.hosts in the plan.",
    side="target",
)
def hosts(found: Facts) -> Iterator[Evidence]:
    own = {found.system.hostname, found.system.fqdn, *(item.name for item in found.network.names)}
    addresses = {item.address.partition("/")[0] for item in found.network.addresses}
    for line in found.network.hosts:
        names = [n for n in line.names if n not in own and not n.startswith(USUAL)]
        shown = f"{line.address} {' '.join(names)}"
        if names and line.address in addresses and not is_loopback(line.address):
            yield line.where, f"{shown}, which is the host itself", Level.WARNING
        elif names and line.address and not is_loopback(line.address):
            yield line.where, shown


@rule(
    "NET-23",
    Level.WARNING,
    "Names are resolved by a service on the host itself",
    "The engine writes /etc/resolv.conf with the target's nameservers and passes the service by:"
    " zones, forwarders and caches that it has are not used.",
    "Keep the service and give the container its address as a nameserver (DNS=127.0.0.1), or let"
    " the target's nameservers answer for its zones.",
    side="target",
)
def local_resolver(found: Facts) -> Iterator[Evidence]:
    behind = found.network.resolver.upstream
    for address in found.network.nameservers:
        if address in RESOLVED:
            servers = f" for {', '.join(behind)}" if behind else ""
            yield "/etc/resolv.conf", f"{address}, systemd-resolved{servers}", Level.INFO
        elif is_loopback(address):
            who = [i for i in found.network.listeners if i.port == 53 and i.process]
            yield "/etc/resolv.conf", f"{address}, {who[0].process}" if who else address
