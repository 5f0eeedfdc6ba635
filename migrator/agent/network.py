"""Addresses, routes, listeners and names; from /proc and files, and iproute2 for two of them."""

from __future__ import absolute_import, division, print_function

import binascii
import re
import socket
import struct

from migrator.agent import processes, run
from migrator.agent.files import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LIVE = Root("/")
LISTENING = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
FIREWALLS = (
    ("nft", "/etc/nftables.conf"),
    ("nft", "/etc/sysconfig/nftables.conf"),
    ("iptables", "/etc/iptables/rules.v4"),
    ("iptables", "/etc/iptables/rules.v6"),
    ("iptables", "/etc/sysconfig/iptables"),
)


def addresses():
    # type: () -> list[dict[str, str]]
    found = []
    for line in run.output(["ip", "-o", "addr", "show"]).splitlines():
        words = line.split()
        if len(words) > 3 and words[2] in ("inet", "inet6"):
            mac = LIVE.text("/sys/class/net/%s/address" % words[1]).strip()
            found.append({"interface": words[1], "address": words[3], "mac": mac})
    return found


def routes():
    # type: () -> list[dict[str, str]]
    """The main table. A route without ``proto`` was set by a command; iproute2 calls that boot."""
    found = []
    for family in ("-4", "-6"):
        shown = run.output(["ip", "-o", family, "route", "show", "table", "main"])
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


def listeners():
    # type: () -> list[dict[str, Any]]
    owners = {}  # type: dict[str, int]
    for inode, pid in processes.sockets():
        owners.setdefault(inode, pid)  # the parent of a group has the lowest pid
    found = []
    for protocol in sorted(LISTENING):
        for line in LIVE.lines("/proc/net/" + protocol)[1:]:
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
                    "process": LIVE.text("/proc/%d/comm" % pid).strip() if pid else "",
                    "unit": processes.unit(pid) if pid else "",
                }
            )
    return found


def _address(text):
    # type: (str) -> str
    """The kernel prints 32-bit words in the machine's byte order."""
    words = struct.unpack(">%dI" % (len(text) // 8), binascii.unhexlify(text))
    packed = struct.pack("=%dI" % len(words), *words)
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, packed)


def hosts(root):
    # type: (Root) -> list[dict[str, Any]]
    found = []
    for line in root.lines("/etc/hosts"):
        words = line.partition("#")[0].split()
        if len(words) > 1:
            found.append({"address": words[0], "names": words[1:]})
    return found


def nameservers(root):
    # type: (Root) -> list[str]
    return re.findall(r"(?m)^\s*nameserver\s+(\S+)", root.text("/etc/resolv.conf"))


def search(root):
    # type: (Root) -> list[str]
    lines = re.findall(r"(?m)^\s*(?:search|domain)\s+(.*)$", root.text("/etc/resolv.conf"))
    return lines[-1].split() if lines else []


def firewall(root):
    # type: (Root) -> list[dict[str, str]]
    """The rules as files have them: these are what the host loads when it starts."""
    found = []
    for kind, path in FIREWALLS:
        for where, line in root.numbered(path):
            if line.strip() and not line.lstrip().startswith("#"):
                found.append({"kind": kind, "where": where, "raw": line})
    return found
