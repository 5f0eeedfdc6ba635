"""Packet filters: the files that a host loads when it starts, and what its kernel holds now."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host, Missing
from migrator.agent.redact import redacted
from migrator.agent.run import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

FILES = (
    ("nft", "/etc/nftables.conf"),
    ("nft", "/etc/nftables.d/*.nft"),
    ("nft", "/etc/sysconfig/nftables.conf"),
    ("nft", "/etc/nftables/*.nft"),
    ("iptables", "/etc/iptables/rules.v4"),
    ("iptables", "/etc/iptables/rules.v6"),
    ("iptables", "/etc/sysconfig/iptables"),
    ("iptables", "/etc/sysconfig/ip6tables"),
    ("ipset", "/etc/ipset.conf"),
    ("ipset", "/etc/iptables/ipsets"),
    ("ipset", "/etc/sysconfig/ipset"),
    ("firewalld", "/etc/firewalld/firewalld.conf"),
    ("firewalld", "/etc/firewalld/*.xml"),
    ("firewalld", "/etc/firewalld/*/*.xml"),
    ("susefirewall2", "/etc/sysconfig/SuSEfirewall2"),
    ("shorewall", "/etc/shorewall/*"),
    ("shorewall", "/etc/shorewall6/*"),
    ("ferm", "/etc/ferm/ferm.conf"),
    ("csf", "/etc/csf/csf.conf"),
    ("csf", "/etc/csf/csf.allow"),
    ("csf", "/etc/csf/csf.deny"),
)
# ufw's own files have rules of the package; they say nothing unless it is on.
UFW = (
    "/etc/default/ufw",
    "/etc/ufw/before.rules",
    "/etc/ufw/user.rules",
    "/etc/ufw/after.rules",
    "/etc/ufw/before6.rules",
    "/etc/ufw/user6.rules",
    "/etc/ufw/after6.rules",
    "/lib/ufw/user.rules",  # before version 0.34
    "/lib/ufw/user6.rules",
)
COUNTERS = re.compile(r"\[\d+:\d+\]$")
XML_NOISE = re.compile(r"\s*(<\?xml.*|<!--.*-->|\s*)$")


def files(host):
    # type: (Host) -> list[dict[str, str]]
    """The lines of the files, without comments."""
    found = []
    for kind, path in _loaded(host):
        for where, line in host.numbered(path):
            if line.strip() and line.lstrip()[0] not in "#;" and not XML_NOISE.match(line):
                found.append({"kind": kind, "where": where, "raw": redacted(line)})
    return found


def _loaded(host):
    # type: (Host) -> Iterator[tuple[str, str]]
    for kind, pattern in FILES:
        for path in host.matching(pattern):
            yield kind, path
    if re.search(r"(?mi)^ENABLED=[\"']?yes", host.text("/etc/ufw/ufw.conf")):
        for path in UFW:
            yield "ufw", path


def ruleset(host):
    # type: (Host) -> list[dict[str, str]]
    """The kernel's own rules, without counters; only root may ask."""
    host.only_live()
    if host.real and not host.privileged:
        raise Missing("denied", "only root may read the kernel's packet filter")
    found = []
    for kind, command in _commands(host):
        try:
            text = host.output(command)
        except CommandError as error:
            host.failed("network.ruleset", "failed", str(error))
            continue
        for line in text.splitlines():
            if line.strip() and not line.startswith("#"):
                found.append({"kind": kind, "raw": COUNTERS.sub("", line).rstrip()})
    return found


def _commands(host):
    # type: (Host) -> Iterator[tuple[str, list[str]]]
    """Only for what the kernel has already: asking would load it.

    nft shows the rules of its own and those that iptables made in its place; those of the older
    kind of iptables have tables with names in /proc.
    """
    nft = host.exists("/sys/module/nf_tables")
    if nft and host.has("nft"):
        yield "nft", ["nft", "-s", "list", "ruleset"]
    for kind, table in (("iptables", "ip_tables_names"), ("ip6tables", "ip6_tables_names")):
        older = kind + "-legacy-save"
        if host.text("/proc/net/" + table).strip():
            yield kind, [older if host.has(older) else kind + "-save"]
        elif nft and not host.has("nft") and host.has(kind + "-save"):
            yield kind, [kind + "-save"]
    if host.exists("/sys/module/ip_set") and host.has("ipset"):
        yield "ipset", ["ipset", "save"]
