"""Who filters, gives addresses, stands between and may come in: from files and recordings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent.host import Host
from migrator.agent.network import access, firewall, leases, managers
from tests.agent.trees import grown


def test_firewall_files_are_those_that_are_loaded(tmp_path: Path) -> None:
    tree = {
        "etc/nftables.conf": "#!/usr/sbin/nft -f\nflush ruleset\n",
        "etc/ufw/ufw.conf": "ENABLED=no\n",
        "etc/ufw/user.rules": "*filter\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n",
        "etc/firewalld/zones/public.xml": '<?xml version="1.0"?>\n<zone>\n  <port port="80"/>\n',
    }
    found = firewall.files(Host(grown(tmp_path / "off", tree)))
    assert [(row["kind"], row["raw"]) for row in found] == [
        ("nft", "flush ruleset"),
        ("firewalld", "<zone>"),
        ("firewalld", '  <port port="80"/>'),
    ]
    on = Host(grown(tmp_path / "on", {**tree, "etc/ufw/ufw.conf": "ENABLED=yes\n"}))
    assert [row["where"] for row in firewall.files(on) if row["kind"] == "ufw"] == [
        "/etc/ufw/user.rules:1",
        "/etc/ufw/user.rules:2",
    ]


def test_the_kernel_is_asked_only_for_what_it_has(tmp_path: Path) -> None:
    save = "# Generated\n*filter\n:INPUT DROP [12:345]\n[1:2] -A INPUT -i lo -j ACCEPT\nCOMMIT\n"
    recording = [(["iptables-save"], save), (["nft"], "table inet filter {\n}\n")]
    top = grown(tmp_path, {"proc/net/ip_tables_names": "filter\n"})
    raw = [row["raw"] for row in firewall.ruleset(Host(top, recording))]
    assert raw == ["*filter", ":INPUT DROP", "[1:2] -A INPUT -i lo -j ACCEPT", "COMMIT"]
    (tmp_path / "proc/net/ip_tables_names").write_text("")
    assert firewall.ruleset(Host(top, recording)) == []
    (tmp_path / "sys/module/nf_tables").mkdir(parents=True)
    assert [row["kind"] for row in firewall.ruleset(Host(top, recording))] == ["nft", "nft"]


DHCLIENT = """\
lease {
  interface "eth0";
  fixed-address 10.0.0.4;
}
lease {
  interface "eth0";
  fixed-address 10.0.0.5;
  option dhcp-server-identifier 10.0.0.1;
}
"""
PACKET = bytes(16) + bytes([10, 0, 0, 6]) + bytes(216) + leases.COOKIE
PACKET += bytes([53, 1, 5, 0, 54, 4, 10, 0, 0, 2, 255])


def test_the_newest_lease_of_every_client_is_told(tmp_path: Path) -> None:
    tree = {
        "var/lib/dhcp/dhclient.eth0.leases": DHCLIENT,
        "var/lib/dhclient/empty.lease": "",
        "run/systemd/netif/leases/3": "# private\nADDRESS=10.0.0.7\nSERVER_ADDRESS=10.0.0.1\n",
        "var/lib/NetworkManager/internal-0a1b2c3d-0000-1111-2222-333344445555-ens3.lease": (
            "ADDRESS=10.0.0.8\n"
        ),
        "var/lib/wicked/lease-eth1-dhcp-ipv4.xml": "<lease><address>10.0.0.9</address></lease>\n",
        "sys/class/net/eth2/ifindex": "3\n",
    }
    top = Path(grown(tmp_path, tree))
    (top / "var/lib/dhcpcd").mkdir()
    (top / "var/lib/dhcpcd/eth0.lease").write_bytes(PACKET)
    found = leases.read(Host(str(top)))
    assert [(row["interface"], row["address"], row["server"]) for row in found] == [
        ("eth0", "10.0.0.5", "10.0.0.1"),
        ("ens3", "10.0.0.8", ""),
        ("eth2", "10.0.0.7", "10.0.0.1"),
        ("eth0", "10.0.0.6", "10.0.0.2"),
        ("eth1", "10.0.0.9", ""),
    ]


def test_proxies_are_told_without_their_passwords(tmp_path: Path) -> None:
    tree = {
        "etc/environment": 'http_proxy="http://me:hunter2@proxy.example:3128"\n#no_proxy=x\n',
        "etc/apt/apt.conf.d/90proxy": 'Acquire::http::Proxy "http://proxy.example:3142/";\n',
        "etc/yum.conf": "[main]\nproxy=http://proxy.example:3128\n",
        "etc/profile.d/proxy.sh": "export no_proxy=localhost,.example.org\n",
    }
    found = access.proxies(Host(grown(tmp_path, tree)))
    assert [(row["key"], row["value"]) for row in found] == [
        ("http_proxy", "http://me:<redacted>@proxy.example:3128"),
        ("no_proxy", "localhost,.example.org"),
        ("Acquire::http::Proxy", "http://proxy.example:3142/"),
        ("proxy", "http://proxy.example:3128"),
    ]
    assert "hunter2" not in str(found)


def test_wrappers_are_split_and_joined(tmp_path: Path) -> None:
    allow = (
        "# who\nsshd, vsftpd: 10.0.0. [2001:db8::]/32 \\\n .example.org : spawn /bin/log %h\nx\n"
    )
    host = Host(grown(tmp_path, {"etc/hosts.allow": allow, "etc/hosts.deny": "ALL: ALL\n"}))
    assert access.wrappers(host) == [
        {
            "where": "/etc/hosts.allow:2",
            "verdict": "allow",
            "daemons": ["sshd", "vsftpd"],
            "clients": ["10.0.0.", "[2001:db8::]/32", ".example.org"],
            "options": ["spawn /bin/log %h"],
        },
        {
            "where": "/etc/hosts.deny:1",
            "verdict": "deny",
            "daemons": ["ALL"],
            "clients": ["ALL"],
            "options": [],
        },
    ]
    assert [row["raw"] for row in host.unparsed] == ["x"]


def test_managers_are_units_that_are_used() -> None:
    unit = {"load": "loaded", "active": "inactive", "enabled": "disabled"}
    units = [
        {**unit, "name": "NetworkManager.service", "active": "active", "enabled": "enabled"},
        {**unit, "name": "networking.service", "enabled": "enabled"},
        {**unit, "name": "ufw.service"},
        {**unit, "name": "network", "active": "active"},
        {**unit, "name": "ssh.service", "active": "active"},
    ]
    found = [(row["role"], row["unit"]) for row in managers.managers(units)]
    assert found == [
        ("interfaces", "NetworkManager.service"),
        ("interfaces", "networking.service"),
        ("interfaces", "network"),
    ]


WIREGUARD = """\
[Interface]
PrivateKey = cHJpdmF0ZSBwcml2YXRlIHByaXZhdGUgcHJpdmF0ZSE=
[Peer]
PublicKey = cHVibGljIHB1YmxpYyBwdWJsaWMgcHVibGljIHB1YiE=
PresharedKey = c2hhcmVk
AllowedIPs = 10.5.0.0/16, fd00::/8
Endpoint = vpn.example.org:51820
"""


def test_tunnels_are_told_without_keys(tmp_path: Path) -> None:
    found = managers.wireguard(Host(grown(tmp_path, {"etc/wireguard/wg0.conf": WIREGUARD})))
    assert len(found) == 1 and len(found[0].pop("key")) == managers.FINGERPRINT
    assert found[0] == {
        "where": "/etc/wireguard/wg0.conf",
        "interface": "wg0",
        "endpoint": "vpn.example.org:51820",
        "networks": ["10.5.0.0/16", "fd00::/8"],
    }


@given(st.binary(max_size=300))
def test_no_bytes_break_a_lease(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    top = tmp_path_factory.mktemp("host")
    (top / "var/lib/dhcpcd").mkdir(parents=True)
    (top / "var/lib/dhcpcd/eth0.lease").write_bytes(PACKET[:240] + data)
    host = Host(os.fspath(top))
    assert leases.read(host)[0]["address"] == "10.0.0.6"
