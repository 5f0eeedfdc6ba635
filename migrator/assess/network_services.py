"""Rules about services that are a part of the network, and about who lets whom in by address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import services
from migrator.facts import Facts

TUNNELS = ("tun", "tap", "wireguard", "ppp", "gre", "gretap", "ipip", "vti", "xfrm", "l2tp")
VPN = ("openvpn", "strongswan", "wireguard", "xl2tpd", "pptpd")
TAKEOVER = ("keepalived", "pacemaker", "corosync", "heartbeat")
# What an sshd in the container can listen on as well.
ANYWHERE = re.compile(r"(0\.0\.0\.0|\*|any|::$|\[::\]|127\.|::1|\[::1\]|localhost)")
# Settings that list who may connect, by service.
ADMITS = {
    "nrpe": "allowed_hosts",
    "zabbix-agent": "server",
    "munin-node": "allow",
    "postfix": "mynetworks",
}
LOCAL = re.compile(r"(127\.[\d.]+(/\d+)?|\[?::1?\]?(/\d+)?|\[::ffff:127\.0\.0\.0\]/104|localhost)$")


def _load_module(finding: Finding) -> dict[str, Any]:
    module = "wireguard" if "wireguard" in finding.evidence else "tun"
    file = {"dest": f"/etc/modules-load.d/{module}.conf", "content": f"{module}\n", "mode": "0644"}
    return {"name": "Load the module of the tunnel at boot", "ansible.builtin.copy": file}


@rule(
    "NET-10",
    Level.OVERRIDABLE,
    "A tunnel or virtual private network",
    "It needs the kernel's module on the target, NET_ADMIN, and /dev/net/tun in the container;"
    " IPsec changes the packets of the whole machine.",
    "End the tunnel on the target, or grant the device and NET_ADMIN to the container.",
    side="target",
    task=_load_module,
)
def tunnels(found: Facts) -> Iterator[Evidence]:
    for item in found.network.interfaces:
        if item.kind in TUNNELS and (item.up or item.kind == "wireguard"):
            yield item.name, f"interface of kind {item.kind}"
    for where, service in services(found, *VPN):
        yield where, f"{service.name} is {service.state}"


@rule(
    "NET-13",
    Level.OVERRIDABLE,
    "The host gives others their addresses or boots them",
    "Their requests are broadcasts, which do not reach the engine's network.",
    "Give the container the host's network or a macvlan, or move the service.",
    side="target",
)
def boot_servers(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found, "dhcpd", "tftpd"):
        yield where, f"{service.name} is {service.state}"
    for where, service in services(found, "dnsmasq"):
        if "dhcp-range" in service.detail:
            yield where, f"dhcp-range {service.detail['dhcp-range']}"


@rule(
    "NET-15",
    Level.OVERRIDABLE,
    "An address that moves between hosts",
    "Taking over an address needs NET_ADMIN and the network of the other members; in the engine's"
    " network it would be nobody's.",
    "Let the target hold the address, use a load balancer, or keep the cluster on VMs.",
    side="target",
)
def takeover(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found, *TAKEOVER):
        yield where, f"{service.name} is {service.state}"


@rule(
    "NET-24",
    Level.WARNING,
    "Logins are allowed or refused by address",
    "The engine keeps the address of a client on another host; one on the target itself comes from"
    " the engine's network. An address to listen on must be one that the container has.",
    "Add the engine's network to the rules where the target must come in; let sshd listen on all.",
    side="image",
)
def by_address(found: Facts) -> Iterator[Evidence]:
    yield from _wrappers(found)
    yield from _sshd(found)
    for key in found.accounts.keys:
        for option in key.options:
            if option.lower().startswith("from="):
                yield key.where, option


def _wrappers(found: Facts) -> Iterator[Evidence]:
    for line in found.network.wrappers:
        if line.verdict == "deny" or set(line.clients) - {"ALL", "LOCAL"}:
            yield line.where, f"{', '.join(line.daemons)}: {', '.join(line.clients)}"


def _sshd(found: Facts) -> Iterator[Evidence]:
    for line in found.security.sshd:
        key = line.key.lower()
        if key == "listenaddress" and not ANYWHERE.match(line.value):
            yield line.where, f"{line.key} {line.value}", Level.RISK
        elif key in ("allowusers", "denyusers") and "@" in line.value:
            yield line.where, f"{line.key} {line.value}"
    for match in dict.fromkeys(line.match for line in found.security.sshd):
        if re.search(r"(?i)\b(local)?address\b", match):
            yield "sshd", f"Match {match}"


@rule(
    "NET-25",
    Level.INFO,
    "A service lets its clients in by their address",
    "Clients on other hosts keep their address; those on the target itself have one of the engine's"
    " network.",
    "Add the engine's network where the target must get in; fail2ban needs NET_ADMIN in the plan.",
    side="target",
)
def admitted(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found, "fail2ban"):
        yield where, f"{service.name} is {service.state}; it bans by firewall rules", Level.RISK
    for name, key in ADMITS.items():
        for where, service in services(found, name):
            value = service.detail.get(key, "")
            if any(not LOCAL.match(word) for word in re.split(r"[\s,;]+", value) if word):
                yield (*service.configs, where)[0], f"{key} = {value}"
