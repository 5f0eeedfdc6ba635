"""Names, and that no file breaks the subject, from small trees."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import network
from migrator.agent.host import Host
from migrator.agent.network import names
from migrator.decode import decode
from migrator.facts.network import Network
from tests.agent.trees import grown

HOSTS = """\
127.0.0.1 localhost
10.0.0.5 old.example.org old # the old name
# 10.0.0.9 standby
fe80::1%eth0 gateway
10.0.0.7
not-an-address name

"""
TREE = {
    "etc/hosts": HOSTS,
    "etc/resolv.conf": "; old\nnameserver 10.0.0.1\nsearch a.example\n"
    "search example.org b.example\noptions timeout:1 rotate\n nameserver 10.0.0.2\n",
    "etc/nsswitch.conf": "# order\nhosts: files mdns4_minimal [NOTFOUND=return] dns # x\nbroken\n",
    "etc/hostname": "# a comment\nold\n",
    "etc/sysconfig/network": 'HOSTNAME=older\nHOSTNAME="old.example.org"\n',
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE), [])


def test_hosts_keeps_comments_and_names_what_it_cannot_read(host: Host) -> None:
    found = names.hosts(host)
    assert [(row["where"], row["address"], row["names"], row["comment"]) for row in found] == [
        ("/etc/hosts:1", "127.0.0.1", ["localhost"], ""),
        ("/etc/hosts:2", "10.0.0.5", ["old.example.org", "old"], "the old name"),
        ("/etc/hosts:3", "", [], "10.0.0.9 standby"),
        ("/etc/hosts:4", "fe80::1%eth0", ["gateway"], ""),
    ]
    assert [row["where"] for row in host.unparsed] == ["/etc/hosts:5", "/etc/hosts:6"]


def test_the_resolver_reads_as_the_c_library_does(host: Host) -> None:
    found = names.resolver(host)
    assert found["nameservers"] == ["10.0.0.1"]
    assert found["search"] == ["example.org", "b.example"]
    assert found["options"] == ["timeout:1", "rotate"]
    assert [row["raw"] for row in host.unparsed] == [" nameserver 10.0.0.2"]


def test_what_is_behind_the_stub_of_systemd_is_told(tmp_path: Path) -> None:
    tree = {
        "run/systemd/resolve/stub-resolv.conf": "nameserver 127.0.0.53\n",
        "run/systemd/resolve/resolv.conf": "nameserver 10.0.0.1\nsearch corp.example\n",
    }
    top = Path(grown(tmp_path, tree))
    (top / "etc").mkdir()
    (top / "etc/resolv.conf").symlink_to("../run/systemd/resolve/stub-resolv.conf")
    found = names.resolver(Host(str(top)))
    assert found["nameservers"] == ["127.0.0.53"]
    assert found["target"] == "../run/systemd/resolve/stub-resolv.conf"
    assert (found["upstream"], found["upstream_search"]) == (["10.0.0.1"], ["corp.example"])


def test_name_services_keep_their_actions(host: Host) -> None:
    sources = ["files", "mdns4_minimal", "[NOTFOUND=return]", "dns"]
    assert names.nsswitch(host) == [
        {"where": "/etc/nsswitch.conf:2", "database": "hosts", "sources": sources}
    ]
    assert [row["raw"] for row in host.unparsed] == ["broken"]


def test_every_place_of_the_own_name_is_told(host: Host) -> None:
    assert [(row["where"], row["name"]) for row in names.names(host)] == [
        ("/etc/hostname:2", "old"),
        ("/etc/sysconfig/network:2", "old.example.org"),
    ]


FILES = [
    "etc/hosts",
    "etc/resolv.conf",
    "etc/nsswitch.conf",
    "etc/hosts.allow",
    "etc/environment",
    "etc/hostname",
    "etc/network/interfaces",
    "etc/netplan/01.yaml",
    "etc/systemd/network/a.network",
    "etc/NetworkManager/system-connections/a",
    "etc/sysconfig/network-scripts/ifcfg-eth0",
    "etc/sysconfig/network-scripts/route-eth0",
    "etc/sysconfig/network/config",
    "etc/nftables.conf",
    "etc/dhcp/dhclient.conf",
    "etc/udev/rules.d/70-persistent-net.rules",
    "etc/wireguard/a.conf",
    "etc/iproute2/rt_tables",
    "var/lib/dhcp/a.lease",
    "var/lib/dhcpcd/a.lease",
    "run/wicked/leaseinfo.a",
    "proc/net/tcp",
    "proc/net/udp6",
    "proc/net/raw",
    "proc/net/unix",
    "proc/net/packet",
    "proc/net/route",
    "proc/net/ipv6_route",
    "proc/net/if_inet6",
    "proc/net/fib_trie",
    "proc/net/vlan/config",
    "sys/class/net/eth0/ifindex",
    "sys/class/net/eth0/flags",
    "sys/class/net/eth0/bonding/slaves",
]
TOKENS = [
    *("a", "0", "f", "=", ":", "#", ";", "[", "]", "{", "}", "<", ">", '"', "'", "\\", "/", "."),
    *("*", "|", ",", "-", "\t", " ", "\n", "\u00e9", "\udcff", "\0", "0100007F:0050", "[Match]\n"),
    *("\niface eth0 ", "\nsource ", "\nsearch ", "lease {", "\n  |-- 10.0.0.1\n /32 host LOCAL\n"),
]
FILE = st.lists(st.sampled_from(TOKENS), max_size=12).map("".join)


@given(st.dictionaries(st.sampled_from(FILES), FILE, max_size=4))
def test_no_file_breaks_the_subject(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]
) -> None:
    top = grown(tmp_path_factory.mktemp("host"), {path: "x\n" + files[path] for path in files})
    for recording in (None, []):
        host = Host(top, recording)
        decode(Network, network.read(host, {"units": []}))
        assert not [failure for failure in host.failures if failure["kind"] == "failed"]
