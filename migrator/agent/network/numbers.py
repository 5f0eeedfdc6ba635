"""Names of the numbers that the kernel has for routing tables, scopes and who set a route."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

SCOPES = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}
TABLES = {253: "default", 254: "main", 255: "local"}
ORIGINS = {
    0: "unspec",
    1: "redirect",
    2: "kernel",
    3: "boot",  # a command that did not say who it was
    4: "static",
    8: "gated",
    9: "ra",
    11: "zebra",
    12: "bird",
    16: "dhcp",
    18: "keepalived",
    42: "babel",
    186: "bgp",
    187: "isis",
    188: "ospf",
    189: "rip",
    192: "eigrp",
}
# Where iproute2 has more names; the last one counts.
PLACES = ("/usr/share/iproute2/", "/usr/lib/iproute2/", "/etc/iproute2/")


def table_names(host):
    # type: (Host) -> dict[int, str]
    return _named(host, "rt_tables", TABLES)


def origin_names(host):
    # type: (Host) -> dict[int, str]
    return _named(host, "rt_protos", ORIGINS)


def _named(host, name, known):
    # type: (Host, str, dict[int, str]) -> dict[int, str]
    """``known`` and the lines "number name" of files; what is not so is no name of a number."""
    found = dict(known)
    for place in PLACES:
        for path in [place + name] + host.files(place + name + ".d"):
            for line in re.findall(r"(?m)^\s*(\d+|0x[0-9a-fA-F]+)\s+(\S+)", host.text(path)):
                found[int(line[0], 16 if "x" in line[0] else 10)] = line[1]
    return found
