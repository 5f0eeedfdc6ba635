"""Rules about the network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.assess import Level
from migrator.facts import OwnLiteral
from migrator.facts.network import (
    Address,
    Configuration,
    FirewallRule,
    HostsLine,
    Interface,
    KernelRule,
    Peer,
    Resolver,
    Rule,
)
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, seen


def address(text: str, interface: str = "eth0", **given: Any) -> Address:
    base: dict[str, Any] = {
        "label": interface,
        "scope": "global",
        "peer": "",
        "lifetime": "",
        "lease": "",
    }
    return Address(interface, text, "52:54:00:00:00:01", **{**base, "flags": (), **given})


def card(name: str, **given: Any) -> Interface:
    names = ("mac", "permanent_mac", "driver", "state", "master", "mode", "parent")
    base: dict[str, Any] = dict.fromkeys(names, "")
    base |= {"index": 2, "mtu": 1500, "kind": "ether", "up": True, "tag": 0, "members": ()}
    return Interface(name, **{**base, **given})


def literal(kind: str, place: str) -> dict[str, Any]:
    return {"literals": (OwnLiteral(kind, "10.0.0.5", "/etc/a.conf:1", place, "a = 10.0.0.5"),)}


def config(where: str, key: str, value: str, kind: str = "ifcfg") -> Configuration:
    line = make.setting(f"{where}:1", key, value)
    return Configuration(kind, where, "eth0", (line,), "")


OWN = address("10.0.0.5/24")
IPV6 = address("2001:db8::5/64", lifetime="permanent")
NFT = "/etc/nftables.conf:4"
ON_ADDRESS = make.listener(443, address="10.0.0.5")
BOUND = {"network": {"addresses": (OWN,), "listeners": (ON_ADDRESS,)}}
KERNELS = Rule("inet", 0, "from all", "lookup", "local", 0, "kernel")

CASES: Cases = {
    "NET-01": (
        BOUND,
        {
            "network": {
                "addresses": (OWN, address("127.0.0.1/8", "lo", scope="host")),
                "listeners": (
                    make.listener(80),
                    make.listener(5432, address="127.0.0.1"),
                    make.listener(68, address="10.0.0.5", protocol="udp"),
                    make.listener(53, address="10.0.0.5", process="named"),
                    replace(ON_ADDRESS, port=80),
                ),
            }
        },
    ),
    "NET-02": (
        {"network": {"addresses": (OWN, address("10.0.1.5/24", "eth1"))}},
        {
            "network": {
                "addresses": (
                    OWN,
                    address("172.17.0.1/16", "docker0"),
                    address("10.8.0.2", "tun0"),
                ),
                "interfaces": (card("tun0", kind="tun"),),
            }
        },
    ),
    "NET-03": (
        {"network": {"config": (config("/etc/sysconfig/ifcfg-eth0", "IPADDR", "10.0.0.5"),)}},
        {
            "network": {
                "config": (
                    config("/etc/sysconfig/ifcfg-eth0", "BOOTPROTO", "dhcp"),
                    config("/etc/sysconfig/route-eth0", "ADDRESS0", "10.9.0.0", "route"),
                    config("/etc/sysconfig/ifcfg-eth0:1", "IPADDR", "127.0.0.2"),
                )
            }
        },
    ),
    "NET-04": (literal("address", "application"), literal("address", "network")),
    "NET-05": (literal("name", "application"), literal("name", "name")),
    "NET-06": (
        {"network": {"peers": (Peer("out", "tcp", "10.0.0.9", 5432, "app", "app.service", 2),)}},
        {
            "network": {
                "addresses": (OWN,),
                "peers": (
                    Peer("in", "tcp", "10.0.0.9", 80, "web", "web.service", 2),
                    Peer("out", "tcp", "10.0.0.5", 5432, "app", "app.service", 2),
                    Peer("out", "tcp", "127.0.0.1", 5432, "app", "app.service", 2),
                ),
            }
        },
    ),
    "NET-07": (
        {"network": {"hosts": (HostsLine("10.0.0.9", ("db",), "/etc/hosts:3"),)}},
        {
            "network": {
                "hosts": (
                    HostsLine("127.0.1.1", ("old.example.org", "old"), "/etc/hosts:2"),
                    HostsLine("10.0.0.5", ("old.example.org", "old"), "/etc/hosts:3"),
                    HostsLine("ff02::1", ("ip6-allnodes",), "/etc/hosts:4"),
                )
            }
        },
    ),
    "NET-08": (
        {"network": {"firewall": (FirewallRule("nft", NFT, "  tcp dport 22 accept"),)}},
        {"network": {"firewall": (FirewallRule("nft", NFT, "flush ruleset"),)}},
    ),
    "NET-09": (
        {"network": {"firewall": (FirewallRule("nft", NFT, "oif eth0 masquerade"),)}},
        {
            "network": {"firewall": (FirewallRule("nft", NFT, "tcp dport 22 accept"),)},
            "sysctls": (
                make.setting("/usr/lib/sysctl.d/a.conf:1", "net.ipv4.ip_forward", "1"),
                make.setting("/etc/sysctl.conf:1", "net.ipv4.ip_forward", "0"),
            ),
        },
    ),
    "NET-11": (
        {"network": {"interfaces": (card("eth0.7", kind="vlan", tag=7, parent="eth0"),)}},
        {"network": {"interfaces": (card("eth0"), card("docker0", kind="bridge"))}},
    ),
    "NET-12": (
        {"network": {"routes": (make.route("198.51.100.0/24"),)}},
        {
            "network": {
                "routes": (make.route("default"), make.route("10.0.0.0/8", "", "kernel")),
                "rules": (KERNELS,),
            }
        },
    ),
    "NET-21": (
        {"network": {"addresses": (IPV6,)}},
        {"network": {"addresses": (OWN, replace(IPV6, scope="link", address="fe80::1/64"))}},
    ),
    "NET-22": (
        {"network": {"interfaces": (card("eth1", mtu=9000),)}},
        {"network": {"interfaces": (card("eth1"), card("lo", kind="loopback", mtu=65536))}},
    ),
    "NET-23": (
        {"network": {"nameservers": ("127.0.0.1",)}},
        {"network": {"nameservers": ("10.0.0.2",)}},
    ),
}

GOLDENS: Goldens = {
    "NET-14": ("el6", "el7"),
    "NET-16": ("el6", "el7"),
    "NET-19": ("el6", "el7"),
    "NET-22": ("el6", "ubuntu2204"),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


def test_who_listens_on_all_addresses_too_is_bound_to_none() -> None:
    listeners = (ON_ADDRESS, replace(ON_ADDRESS, address="0.0.0.0"))
    assert seen("NET-01", network={"addresses": (OWN,), "listeners": listeners}) == []


def test_a_name_of_the_host_itself_leads_to_the_old_address() -> None:
    line = HostsLine("10.0.0.5", ("old.example.org", "shop"), "/etc/hosts:3")
    (found,) = seen("NET-07", network={"hosts": (line,), "addresses": (OWN,)})
    assert found.level == Level.WARNING
    assert found.evidence == "10.0.0.5 shop, which is the host itself"


def test_rules_that_no_file_loads_are_found_in_the_kernel() -> None:
    ruleset = (KernelRule("iptables", "*filter"), KernelRule("iptables", "-A INPUT -j DROP"))
    (found,) = seen("NET-08", network={"ruleset": ruleset})
    assert found.where == "kernel" and "-A INPUT -j DROP" in found.evidence


def test_policy_rules_are_not_carried_over() -> None:
    own = Rule("inet", 100, "from 10.9.0.0/16", "lookup", "backup", 0, "static")
    (found,) = seen("NET-12", network={"rules": (KERNELS, own)})
    assert found.level == Level.RISK
    assert found.evidence == "from 10.9.0.0/16 lookup backup"


def test_routes_of_a_disk_are_those_of_its_files() -> None:
    (found,) = seen(
        "NET-12",
        live=False,
        network={"config": (config("/etc/sysconfig/route-eth0", "ADDRESS0", "10.9.0.0", "route"),)},
    )
    assert found.evidence == "ADDRESS0 10.9.0.0"


def test_forwarding_without_translation_is_only_looked_at() -> None:
    (found,) = seen(
        "NET-09", sysctls=(make.setting("/etc/sysctl.conf:1", "net.ipv4.ip_forward", "1"),)
    )
    assert found.level == Level.WARNING


def test_the_stub_of_systemd_is_no_service_that_anybody_misses() -> None:
    resolver = Resolver(upstream=("10.0.0.2",))
    (found,) = seen("NET-23", network={"nameservers": ("127.0.0.53",), "resolver": resolver})
    assert (found.level, found.evidence) == (
        Level.INFO,
        "127.0.0.53, systemd-resolved for 10.0.0.2",
    )


def test_an_address_from_a_router_is_worth_less_than_a_given_one() -> None:
    dynamic = replace(IPV6, lifetime="dynamic")
    levels = [seen("NET-21", network={"addresses": (item,)})[0].level for item in (IPV6, dynamic)]
    assert levels == [Level.WARNING, Level.INFO]
