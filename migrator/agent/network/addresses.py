"""The addresses of every interface, from netlink; from /proc where there is none."""

from __future__ import absolute_import, division, print_function

import struct

from migrator.agent.host import Host
from migrator.agent.netlink import NetlinkError, address, messages, number, word
from migrator.agent.network import fallback
from migrator.agent.network.links import mac, names_by_index
from migrator.agent.network.numbers import SCOPES
from migrator.agent.run import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HEAD = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, interface
ADDRESS, LOCAL, LABEL, FLAGS = 1, 2, 3, 8  # IFA_...
PERMANENT = 0x80
INET = 2


def read(host):
    # type: (Host) -> list[dict[str, Any]]
    host.only_live()
    try:
        found = told(host.netlink("addr"), names_by_index(host))
    except (NetlinkError, CommandError) as error:
        message = "%s: labels and some flags are not known" % error
        host.failed("network.addresses", "limited", message)
        found = fallback.addresses(host)
    for record in found:
        record["mac"] = mac(host, record["interface"])
    return found


def told(data, names):
    # type: (bytes, dict[int, str]) -> list[dict[str, Any]]
    """``data`` is a dump of "addr", ``names`` are the interfaces by index."""
    found = []
    for (family, length, flags, scope, index), fields in messages(data, HEAD):
        peer = address(fields.get(ADDRESS))
        own = address(fields.get(LOCAL)) or peer
        flags = number(fields.get(FLAGS)) or flags
        found.append(
            {
                "interface": names.get(index, str(index)),
                "address": "%s/%d" % (own, length),
                "label": word(fields.get(LABEL)),
                "scope": SCOPES.get(scope, str(scope)),
                "peer": peer if peer != own else "",
                "lifetime": "permanent" if flags & PERMANENT else "dynamic",
                "flags": _flags(flags, family),
            }
        )
    return found


def _flags(flags, family):
    # type: (int, int) -> list[str]
    """By iproute2's names."""
    named = (
        (0x01, "secondary" if family == INET else "temporary"),
        (0x02, "nodad"),
        (0x08, "dadfailed"),
        (0x20, "deprecated"),
        (0x40, "tentative"),
        (0x100, "mngtmpaddr"),
        (0x200, "noprefixroute"),
        (0x800, "stable-privacy"),
    )
    return [name for bit, name in named if flags & bit]
