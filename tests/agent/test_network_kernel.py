"""What the agent says of a kernel's network, against what iproute2 says of the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

NAME = f"mig-net-{os.getpid()}"
READ = """
import json, os
from migrator.agent import network
from migrator.agent.host import Host
from migrator.agent.network import addresses, fallback, links, routes, rules
host = Host("/")
found = network.read(host, {"units": []})
found["without netlink"] = [fallback.addresses(host), fallback.routes(host)]
os.setuid(65534)
found["as nobody"] = [part.read(host) for part in (links, addresses, routes, rules)]
print(json.dumps([found, host.failures, host.unparsed]))
"""
# Each line is a command of "ip"; a kernel without a kind of interface goes without it.
KINDS = """
link add br0 type bridge
link add v0 type veth peer name v1
link set v0 master br0
link set br0 address 02:00:00:00:00:01 mtu 1400
tuntap add tap0 mode tap
tuntap add tun0 mode tun
link add vx0 type vxlan id 77 dstport 4789 dev v1
link add dummy0 type dummy
link add bond0 type bond mode active-backup
link set dummy0 master bond0
link add link v1 name v1.30 type vlan id 30
link add link v1 name mac0 type macvlan mode bridge
link add wg0 type wireguard
"""
SET_UP = """
link set lo up
link set br0 up
link set v0 up
link set v1 up
addr add 10.1.0.1/24 dev br0
addr add 10.1.0.2/24 dev br0 label br0:1
addr add 10.2.0.1 peer 10.2.0.9/32 dev v1
addr add 10.3.0.1/24 dev v1 valid_lft 3600 preferred_lft 1800
addr add 2001:db8::1/64 dev br0 nodad
route add 192.0.2.0/24 via 10.1.0.254 metric 50 proto static src 10.1.0.2 mtu 1300
route add default via 10.1.0.254
route add default via 10.3.0.254 table 100
route add blackhole 198.51.100.0/24
route add unreachable 198.51.100.7
route add 203.0.113.0/24 proto bird nexthop via 10.1.0.7 weight 2 nexthop via 10.3.0.7
route add 2001:db8:1::/48 via 2001:db8::fe metric 7
route add local 10.77.0.0/16 dev lo table local
rule add from 10.9.0.0/16 table 100
rule add fwmark 0x1/0xff iif v1 lookup 100 priority 50
rule add not to 10.8.0.0/16 ipproto tcp dport 80-90 prohibit
rule add uidrange 33-33 goto 32766
-6 rule add from 2001:db8::/64 oif v1 table 200
rule add lookup main suppress_prefixlength 0 priority 40
"""


def ip(*words: str) -> Any:
    done = subprocess.run(
        ["ip", "-n", NAME, *words], capture_output=True, text=True, check=True, env=os.environ
    )
    return json.loads(done.stdout or "[]") if "-j" in words else None


@pytest.fixture(scope="module")
def namespace() -> Iterator[None]:
    if os.geteuid():
        pytest.fail("this test makes a network namespace: run it as root")
    subprocess.run(["ip", "netns", "add", NAME], check=True)
    try:
        for command in KINDS.split("\n"):
            if command:
                subprocess.run(["ip", "-n", NAME, *command.split()], stderr=subprocess.DEVNULL)
        for command in filter(None, SET_UP.split("\n")):
            ip(*command.split())
        yield
    finally:
        subprocess.run(["ip", "netns", "delete", NAME], check=True)


@pytest.fixture(scope="module")
def said(namespace: None) -> dict[str, Any]:
    command = ["ip", "netns", "exec", NAME, sys.executable, "-c", READ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found, failures, unparsed = json.loads(done.stdout)
    assert not failures and not unparsed
    assert isinstance(found, dict)
    return found


def test_interfaces_are_those_of_iproute2(said: dict[str, Any]) -> None:
    theirs = {}
    for link in ip("-d", "-j", "link", "show"):
        information = link.get("linkinfo", {})
        data = information.get("info_data", {})
        kind = information.get("info_kind", "") or link["link_type"]
        theirs[link["ifname"]] = (
            link["ifindex"],
            link["address"] if link["link_type"] in ("ether", "loopback") else "",
            link["mtu"],
            kind,
            "UP" in link["flags"],
            link["operstate"].lower(),
            link.get("master", ""),
            "" if kind == "veth" else link.get("link") or data.get("link", ""),
            data.get("id", 0) if kind in ("vlan", "vxlan") else 0,
        )
    names = ("index", "mac", "mtu", "kind", "up", "state", "master", "parent", "tag")
    ours = {link["name"]: tuple(link[name] for name in names) for link in said["interfaces"]}
    assert ours == theirs
    assert {"br0", "v0", "v1", "tap0", "tun0", "vx0"} <= ours.keys()


def test_bridges_tunnels_and_bonds_are_told_in_detail(said: dict[str, Any]) -> None:
    by_name = {link["name"]: link for link in said["interfaces"]}
    assert by_name["br0"]["members"] == ["v0"]
    assert (by_name["tap0"]["mode"], by_name["tun0"]["mode"]) == ("tap", "tun")
    if "bond0" in by_name:
        assert by_name["bond0"]["mode"] == "active-backup"
        assert by_name["bond0"]["members"] == ["dummy0"]


def test_addresses_are_those_of_iproute2(said: dict[str, Any]) -> None:
    theirs = []
    for link in ip("-j", "addr", "show"):
        for one in link["addr_info"]:
            lasting = one["valid_life_time"] == 2**32 - 1
            peer = one.get("address", "")
            length = one["prefixlen"]
            label = one.get("label", "")
            row = (link["ifname"], f"{one['local']}/{length}", label, one["scope"], peer)
            mac = link["address"] if link["link_type"] in ("ether", "loopback") else ""
            theirs.append((*row, "permanent" if lasting else "dynamic", mac))
    names = ("interface", "address", "label", "scope", "peer", "lifetime", "mac")
    ours = [tuple(one[name] for name in names) for one in said["addresses"]]
    assert sorted(ours) == sorted(theirs)
    assert ("v1", "10.2.0.1/32", "v1", "global", "10.2.0.9") in {row[:5] for row in ours}
    second = next(one for one in said["addresses"] if one["address"] == "10.1.0.2/24")
    assert second["flags"] == ["secondary"]


def hops(route: dict[str, Any]) -> list[tuple[Any, ...]]:
    several = route.get("nexthops", [])
    if not several:
        return [(route.get("gateway", ""), route.get("dev", ""), 0)]
    return [(hop.get("gateway", ""), hop["dev"], hop["weight"]) for hop in several]


def cidr(destination: str, version: str) -> str:
    if destination == "default" or "/" in destination:
        return destination
    return destination + ("/32" if version == "-4" else "/128")


def test_routes_are_those_of_iproute2(said: dict[str, Any]) -> None:
    theirs = []
    for version, family in (("-4", "inet"), ("-6", "inet6")):
        for route in ip("-d", "-j", version, "route", "show", "table", "all"):
            table = route.get("table", "main")
            if table == "local" and route["protocol"] == "kernel":
                continue
            row = (family, cidr(route["dst"], version), table, route["protocol"])
            options = (route["type"], route.get("metric", 0), route.get("prefsrc", ""))
            mtu = next((m["mtu"] for m in route.get("metrics", []) if "mtu" in m), 0)
            theirs += [(*row, *options, mtu, *hop) for hop in hops(route)]
    names = ("family", "destination", "table", "origin", "kind", "metric", "source", "mtu")
    names += ("gateway", "interface", "weight")
    ours = [tuple(one[name] for name in names) for one in said["routes"]]
    assert sorted(ours) == sorted(theirs)
    assert ("inet", "10.77.0.0/16", "local", "boot") in {row[:4] for row in ours}
    assert sum(row[1] == "203.0.113.0/24" for row in ours) == 2


def selector(rule: dict[str, Any]) -> str:
    def network(name: str) -> str:
        length = f"{name}len"
        return f"{rule[name]}/{rule[length]}" if length in rule else str(rule[name])

    words = [*(["not"] if "not" in rule else []), "from", network("src")]
    mark = rule.get("fwmark", "")
    named = {
        "to": network("dst") if "dst" in rule else "",
        "fwmark": f"{mark}/{rule['fwmask']}" if "fwmask" in rule else mark,
        "iif": rule.get("iif", ""),
        "oif": rule.get("oif", ""),
        "uidrange": str(rule.get("uid_start", "")),
        "ipproto": {"tcp": "6"}.get(rule.get("ipproto", ""), ""),
        "dport": f"{rule['dport_start']}-{rule['dport_end']}" if "dport_start" in rule else "",
        "suppress_prefixlength": str(rule.get("suppress_prefixlen", "")),
    }
    return " ".join(words + [f"{name} {value}" for name, value in named.items() if value])


def test_rules_are_those_of_iproute2(said: dict[str, Any]) -> None:
    theirs = []
    for version, family in (("-4", "inet"), ("-6", "inet6")):
        for rule in ip("-d", "-j", version, "rule", "show"):
            action = rule.get("action") or ("goto" if "goto" in rule else "lookup")
            row = (family, rule["priority"], selector(rule), action, rule.get("table", ""))
            theirs.append((*row, int(rule.get("goto", 0)), rule["protocol"]))
    names = ("family", "priority", "selector", "action", "table", "target", "origin")
    ours = [tuple(one[name] for name in names) for one in said["rules"]]
    assert sorted(ours) == sorted(theirs)
    assert len(ours) == 3 + 5 + 2 + 1


def test_everyone_may_read_it(said: dict[str, Any]) -> None:
    without = [{**one, "lease": ""} for one in said["as nobody"][1]]
    assert [*said["as nobody"][:1], without, *said["as nobody"][2:]] == [
        said[name] for name in ("interfaces", "addresses", "routes", "rules")
    ]


def test_without_netlink_the_main_table_and_all_addresses_are_known(said: dict[str, Any]) -> None:
    addresses, routes = said["without netlink"]
    known = {(one["interface"], one["address"]) for one in addresses}
    pointed = {("v1", "10.2.0.1/32")}  # its network is the other end
    assert (
        known - {("", "10.2.0.1/32")}
        == {(one["interface"], one["address"]) for one in said["addresses"]} - pointed
    )
    names = ("family", "destination", "gateway", "metric")
    whole = {tuple(one[name] for name in names) for one in said["routes"] if _is_plain(one)}
    assert whole <= {tuple(one[name] for name in names) for one in routes}


def _is_plain(route: dict[str, Any]) -> bool:
    """/proc has the first of several next hops alone."""
    return route["table"] == "main" and route["weight"] == 0
