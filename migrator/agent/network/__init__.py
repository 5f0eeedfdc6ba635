"""The network of a host: what its kernel has, what its files say, and whom it talks with.

From /proc, /sys, netlink and files; no command is needed, except for the kernel's packet filter.
"""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.network import (
    access,
    addresses,
    config,
    firewall,
    leases,
    links,
    listeners,
    managers,
    names,
    peers,
    routes,
    rules,
)
from migrator.agent.network.sockets import Sockets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    """``found`` has the units."""

    def part(name, read_it):
        # type: (str, Callable[[], Any]) -> Any
        return host.part("network." + name, read_it, [])

    resolver = host.part("network.resolver", lambda: names.resolver(host), {})
    document = _sockets(host)
    document.update(
        interfaces=part("interfaces", lambda: links.read(host)),
        addresses=part("addresses", lambda: addresses.read(host)),
        routes=part("routes", lambda: routes.read(host)),
        rules=part("rules", lambda: rules.read(host)),
        names=part("names", lambda: names.names(host)),
        hosts=part("hosts", lambda: names.hosts(host)),
        nameservers=resolver.pop("nameservers", []),
        search=resolver.pop("search", []),
        resolver=resolver,
        nsswitch=part("nsswitch", lambda: names.nsswitch(host)),
        managers=part("managers", lambda: managers.managers(found["units"])),
        config=part("config", lambda: config.read(host)),
        leases=part("leases", lambda: leases.read(host)),
        wireguard=part("wireguard", lambda: managers.wireguard(host)),
        firewall=part("firewall", lambda: firewall.files(host)),
        ruleset=part("ruleset", lambda: firewall.ruleset(host)),
        proxies=part("proxies", lambda: access.proxies(host)),
        wrappers=part("wrappers", lambda: access.wrappers(host)),
    )
    _mark_leased(document)
    return document


def _sockets(host):
    # type: (Host) -> dict[str, Any]
    """What needs to know whose sockets they are; that is found out once."""
    empty = {"listeners": [], "raw_sockets": [], "unix_sockets": [], "peers": []}  # type: Any

    def all_of_them():
        # type: () -> dict[str, Any]
        host.only_live()
        sockets = Sockets(host)
        open_ports = listeners.ports(host, sockets)
        return {
            "listeners": open_ports,
            "raw_sockets": listeners.raw_sockets(host, sockets),
            "unix_sockets": listeners.unix_sockets(host, sockets),
            "peers": peers.read(host, sockets, open_ports),
        }

    return dict(host.part("network.listeners", all_of_them, empty))


def _mark_leased(document):
    # type: (dict[str, Any]) -> None
    """Name with each address the file of the lease that it came from."""
    given = dict(
        (lease["address"].partition("/")[0], lease["where"]) for lease in document["leases"]
    )
    for address in document["addresses"]:
        address["lease"] = given.get(address["address"].partition("/")[0], "")
