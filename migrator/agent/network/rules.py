"""The rules that choose a routing table; the kernel tells them by netlink alone."""

from __future__ import absolute_import, division, print_function

import struct

from migrator.agent.host import Host, Missing
from migrator.agent.netlink import NetlinkError, address, messages, number, word
from migrator.agent.network.numbers import origin_names, table_names
from migrator.agent.run import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HEAD = struct.Struct("=BBBBBxxBI")  # family, lengths, tos, table, action, flags
TO, FROM, IIF, GOTO, PRIORITY, MARK, SUPPRESS, TABLE, MASK, OIF = 1, 2, 3, 4, 6, 10, 14, 15, 16, 17
VRF, USERS, ORIGIN, PROTOCOL, SOURCE_PORTS, PORTS = 19, 20, 21, 22, 23, 24
INVERTED = 0x2
FAMILIES = {2: "inet", 10: "inet6"}
ACTIONS = {1: "lookup", 2: "goto", 3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}
ALL = 0xFFFFFFFF


def read(host):
    # type: (Host) -> list[dict[str, Any]]
    """By family and then in the order in which they are tried."""
    host.only_live()
    try:
        data = host.netlink("rule")
    except (NetlinkError, CommandError) as error:
        raise Missing("limited", "%s: policy rules are not in /proc" % error)
    found = []
    tables, origins = table_names(host), origin_names(host)
    for (family, to, from_, tos, table, action, flags), fields in messages(data, HEAD):
        table = number(fields.get(TABLE)) or table
        if family not in FAMILIES:  # IPv4 and IPv6 have others, for multicast
            continue
        found.append(
            {
                "family": FAMILIES[family],
                "priority": number(fields.get(PRIORITY)),
                "selector": _selector(fields, to, from_, tos, flags),
                "action": ACTIONS.get(action, str(action)),
                "table": tables.get(table, str(table)) if action == 1 and table else "",
                "target": number(fields.get(GOTO)),
                "origin": origins.get(number(fields.get(ORIGIN)), ""),
            }
        )
    return found


def _selector(fields, to, from_, tos, flags):
    # type: (dict[int, bytes], int, int, int, int) -> str
    """What it is for, in iproute2's words."""
    words = ["not"] if flags & INVERTED else []
    words.append("from %s" % (_network(fields.get(FROM), from_) or "all"))
    named = (
        ("to", _network(fields.get(TO), to)),
        ("tos", "0x%02x" % tos if tos else ""),
        ("fwmark", _mark(fields)),
        ("iif", word(fields.get(IIF))),
        ("oif", word(fields.get(OIF))),
        ("l3mdev", "" if not number(fields.get(VRF)) else "yes"),
        ("uidrange", _range("=II", fields.get(USERS))),
        ("ipproto", str(number(fields.get(PROTOCOL)) or "")),
        ("sport", _range("=HH", fields.get(SOURCE_PORTS))),
        ("dport", _range("=HH", fields.get(PORTS))),
        ("suppress_prefixlength", _suppressed(fields.get(SUPPRESS))),
    )
    return " ".join(words + ["%s %s" % pair for pair in named if pair[1]])


def _network(value, length):
    # type: (bytes | None, int) -> str
    text = address(value)
    return "%s/%d" % (text, length) if text and length else ""


def _mark(fields):
    # type: (dict[int, bytes]) -> str
    mark, mask = number(fields.get(MARK)), number(fields.get(MASK))
    if not mark and not mask:
        return ""
    return "0x%x" % mark if mask in (0, ALL) else "0x%x/0x%x" % (mark, mask)


def _range(form, value):
    # type: (str, bytes | None) -> str
    if len(value or b"") != struct.calcsize(form):
        return ""
    first, last = struct.unpack(form, value or b"")
    return str(first) if first == last else "%d-%d" % (first, last)


def _suppressed(value):
    # type: (bytes | None) -> str
    """All ones stand for none."""
    return str(number(value)) if value and number(value) != ALL else ""
