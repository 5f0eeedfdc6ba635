"""Which programs set up the network, resolve names and filter packets; and tunnels' peers."""

from __future__ import absolute_import, division, print_function

import base64
import binascii
import hashlib
import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

ROLES = (
    (
        "interfaces",
        "NetworkManager systemd-networkd networking network wicked wickedd dhcpcd connman ifplugd"
        " netctl keepalived ucarp heartbeat",
    ),
    ("names", "systemd-resolved dnsmasq unbound named bind9 nscd pdnsd resolvconf"),
    (
        "filter",
        "nftables iptables ip6tables netfilter-persistent iptables-persistent ufw firewalld ferm"
        " shorewall shorewall6 csf lfd SuSEfirewall2 SuSEfirewall2_init SuSEfirewall2_setup"
        " fail2ban ipset",
    ),
)
WIREGUARD = (("/etc/wireguard/*.conf", "Peer"), ("/etc/systemd/network/*.netdev", "WireGuardPeer"))
FINGERPRINT = 16  # digits of the key's digest: enough to tell peers apart


def managers(units):
    # type: (list[dict[str, Any]]) -> list[dict[str, str]]
    """Of the units of this host, those that are enabled or run."""
    found = []
    for role, names in ROLES:
        for unit in units:
            name = unit["name"]
            base = name[: -len(".service")] if name.endswith(".service") else name
            used = unit.get("active") not in ("", "inactive") or unit.get("enabled") == "enabled"
            if base in names.split() and used and unit.get("load") != "not-found":
                record = {"role": role, "unit": name}
                found.append(dict(record, active=unit["active"], enabled=unit["enabled"]))
    return found


def wireguard(host):
    # type: (Host) -> list[dict[str, Any]]
    """The peers that files name; a key only by its fingerprint."""
    return [
        peer
        for pattern, section in WIREGUARD
        for path in host.matching(pattern)
        for peer in _peers(host, path, section)
    ]


def _peers(host, path, wanted):
    # type: (Host, str, str) -> Iterator[dict[str, Any]]
    text = host.text(path)
    name = re.search(r"(?m)^\s*Name\s*=\s*(\S+)", text)
    interface = name.group(1) if name else path.rpartition("/")[2].rpartition(".")[0]
    for body in re.findall(r"(?s)\[%s\](.*?)(?=\n\s*\[|\Z)" % wanted, text):
        said = dict(re.findall(r"(?m)^\s*(\w+)\s*=\s*(.*?)\s*$", body))
        yield {
            "where": path,
            "interface": interface,
            "key": _fingerprint(said.get("PublicKey", "")),
            "endpoint": said.get("Endpoint", ""),
            "networks": re.findall(r"[^\s,]+", said.get("AllowedIPs", "")),
        }


def _fingerprint(key):
    # type: (str) -> str
    """The start of the SHA-256 of a public key, "" for none."""
    try:
        data = base64.b64decode(key.encode("ascii"))
    except (ValueError, TypeError, binascii.Error):
        return ""
    return hashlib.sha256(data).hexdigest()[:FINGERPRINT] if data else ""
