"""Addresses, routes, listeners and names; from /proc and files, and iproute2 for two of them."""

from __future__ import absolute_import, division, print_function

import binascii
import re
import socket
import struct

from migrator.agent import processes
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LISTENING = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
FIREWALLS = (
    ("nft", "/etc/nftables.conf"),
    ("nft", "/etc/sysconfig/nftables.conf"),
    ("iptables", "/etc/iptables/rules.v4"),
    ("iptables", "/etc/iptables/rules.v6"),
    ("iptables", "/etc/sysconfig/iptables"),
)


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    return {
        "addresses": host.part("network.addresses", lambda: addresses(host), []),
        "routes": host.part("network.routes", lambda: routes(host), []),
        "listeners": host.part("network.listeners", lambda: listeners(host), []),
        "hosts": host.part("network.hosts", lambda: hosts(host), []),
        "nameservers": host.part("network.nameservers", lambda: nameservers(host), []),
        "search": host.part("network.search", lambda: search(host), []),
        "firewall": host.part("network.firewall", lambda: firewall(host), []),
    }


def addresses(host):
    # type: (Host) -> list[dict[str, str]]
    found = []
    for line in host.output(["ip", "-o", "addr", "show"]).splitlines():
        words = line.split()
        if len(words) > 3 and words[2] in ("inet", "inet6"):
            mac = host.text("/sys/class/net/%s/address" % words[1]).strip()
            found.append({"interface": words[1], "address": words[3], "mac": mac})
    return found


def routes(host):
    # type: (Host) -> list[dict[str, str]]
    """The main table. A route without ``proto`` was set by a command; iproute2 calls that boot."""
    found = []
    for family in ("-4", "-6"):
        shown = host.output(["ip", "-o", family, "route", "show", "table", "main"])
        for line in shown.splitlines():
            words = line.split()
            named = dict(zip(words, words[1:]))
            found.append(
                {
                    "destination": words[0],
                    "gateway": named.get("via", ""),
                    "interface": named.get("dev", ""),
                    "origin": named.get("proto", "boot"),
                }
            )
    return found


def listeners(host):
    # type: (Host) -> list[dict[str, Any]]
    host.only_live()
    owners = {}  # type: dict[str, int]
    for inode, pid in processes.sockets(host):
        owners.setdefault(inode, pid)  # the parent of a group has the lowest pid
    found = []
    for protocol in sorted(LISTENING):
        for line in host.lines("/proc/net/" + protocol)[1:]:
            words = line.split()
            if words[3] != LISTENING[protocol]:
                continue
            address, port = words[1].split(":")
            pid = owners.get(words[9], 0)
            found.append(
                {
                    "protocol": protocol,
                    "address": _address(address),
                    "port": int(port, 16),
                    "pid": pid,
                    "process": host.text("/proc/%d/comm" % pid).strip() if pid else "",
                    "unit": processes.unit(host, pid) if pid else "",
                }
            )
    return found


def _address(text):
    # type: (str) -> str
    """The kernel prints 32-bit words in the machine's byte order."""
    words = struct.unpack(">%dI" % (len(text) // 8), binascii.unhexlify(text))
    packed = struct.pack("=%dI" % len(words), *words)
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, packed)


def hosts(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []
    for line in host.lines("/etc/hosts"):
        words = line.partition("#")[0].split()
        if len(words) > 1:
            found.append({"address": words[0], "names": words[1:]})
    return found


def nameservers(host):
    # type: (Host) -> list[str]
    return re.findall(r"(?m)^\s*nameserver\s+(\S+)", host.text("/etc/resolv.conf"))


def search(host):
    # type: (Host) -> list[str]
    lines = re.findall(r"(?m)^\s*(?:search|domain)\s+(.*)$", host.text("/etc/resolv.conf"))
    return lines[-1].split() if lines else []


def firewall(host):
    # type: (Host) -> list[dict[str, str]]
    """The rules as files have them: these are what the host loads when it starts."""
    found = []
    for kind, path in FIREWALLS:
        for where, line in host.numbered(path):
            if line.strip() and not line.lstrip().startswith("#"):
                found.append({"kind": kind, "where": where, "raw": line})
    return found
