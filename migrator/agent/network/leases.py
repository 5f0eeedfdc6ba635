"""The leases that DHCP clients keep: which address came from which server."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.network.links import names_by_index
from migrator.agent.network.proc import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    Lease = dict[str, str]

COOKIE = b"\x63\x82\x53\x63"  # begins the options of a DHCP packet
YOURS, OPTIONS = 16, 236  # bytes into the packet: the client's address, the cookie
SERVER = 54  # the option with the server's address


def read(host):
    # type: (Host) -> list[Lease]
    """The newest of each file."""
    found = []
    for pattern, understand in FILES:
        for path in host.matching(pattern):
            lease = understand(host, path)
            if lease.get("address"):
                record = {"where": path, "interface": "", "address": "", "server": ""}
                found.append(dict(record, **lease))
    return found


def _dhclient(host, path):
    # type: (Host, str) -> Lease
    """Leases are appended; the last one counts."""
    last = host.text(path).rpartition("lease {")[2]
    named = (
        ("interface", r'interface "([^"]+)"'),
        ("address", r"fixed-address ([^;\s]+)"),
        ("server", r"dhcp-server-identifier ([^;\s]+)"),
    )
    return _matched(last, named)


def _variables(host, path):
    # type: (Host, str) -> Lease
    """systemd-networkd's and NetworkManager's own; a file is named by index or by interface."""
    text = host.text(path)
    named = (
        ("address", r"(?m)^ADDRESS=(\S+)"),
        ("server", r"(?m)^(?:SERVER_ADDRESS|DHCP_SERVER_ADDRESS)=(\S+)"),
    )
    name = path.rpartition("/")[2]
    inside = re.match(r"internal-[0-9a-f-]{36}-(.+)\.lease$", name)
    interface = inside.group(1) if inside else names_by_index(host).get(_index(name), "")
    return dict(_matched(text, named), interface=interface)


def _index(name):
    # type: (str) -> int
    return int(name) if name.isdigit() else -1


def _wicked(host, path):
    # type: (Host, str) -> Lease
    name = path.rpartition("/")[2]
    interface = re.match(r"lease-(.+?)-dhcp", name)
    named = (
        ("address", r"<address>([^</\s]+)"),
        ("server", r"<server-id>([0-9.]+)<"),
    )
    found = _matched(host.text(path), named)
    return dict(found, interface=interface.group(1) if interface else "")


def _dhcpcd(host, path):
    # type: (Host, str) -> Lease
    """The packet in which the server gave the lease, as it came."""
    data = host.raw(path)
    if data[OPTIONS : OPTIONS + 4] != COOKIE:
        return {}
    name = path.rpartition("/")[2]
    interface = re.sub(r"^dhcpcd-|(-[^-]*)?\.lease$", "", name)
    server = _option(data[OPTIONS + 4 :], SERVER)
    return {
        "interface": interface,
        "address": plain(data[YOURS : YOURS + 4]),
        "server": plain(server) if len(server) == 4 else "",
    }


def _option(data, wanted):
    # type: (bytes, int) -> bytes
    options = bytearray(data)
    at = 0
    while at + 1 < len(options) and options[at] != 255:
        if options[at] == 0:  # filling
            at += 1
            continue
        end = at + 2 + options[at + 1]
        if options[at] == wanted:
            return bytes(options[at + 2 : end])
        at = end
    return b""


def _matched(text, named):
    # type: (str, tuple[tuple[str, str], ...]) -> Lease
    found = [(key, re.search(pattern, text)) for key, pattern in named]
    return dict((key, match.group(1)) for key, match in found if match)


FILES = (
    ("/var/lib/dhcp/*.lease*", _dhclient),
    ("/var/lib/dhcp3/*.lease*", _dhclient),
    ("/var/lib/dhclient/*.lease*", _dhclient),
    ("/var/lib/NetworkManager/dhclient-*.lease", _dhclient),
    ("/var/lib/NetworkManager/internal-*.lease", _variables),
    ("/run/systemd/netif/leases/*", _variables),
    ("/var/lib/dhcpcd/*.lease", _dhcpcd),
    ("/var/lib/dhcpcd5/*.lease", _dhcpcd),
    ("/var/lib/wicked/lease-*.xml", _wicked),
    ("/run/wicked/leaseinfo.*", _variables),
)  # type: tuple[tuple[str, Callable[[Host, str], Lease]], ...]
