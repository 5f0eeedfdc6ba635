"""Configuration files of the network, kind by kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migrator.agent.host import Host
from migrator.agent.network import config, sysconfig
from tests.agent.trees import grown


def read(tmp_path: Path, tree: dict[str, str]) -> list[dict[str, Any]]:
    host = Host(grown(tmp_path, tree))
    found = config.read(host)
    assert not host.unparsed
    return found


def short(records: list[dict[str, Any]]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(where, interface, [(key, value)]) of each record."""
    return [
        (one["where"], one["interface"], [(row["key"], row["value"]) for row in one["settings"]])
        for one in records
    ]


def test_ifupdown_follows_its_sources_and_joins_lines(tmp_path: Path) -> None:
    tree = {
        "etc/network/interfaces": "# main\nauto lo eth0\niface eth0 inet static\n"
        "    address 10.0.0.5/24\n    up ip route add 10.5.0.0/16 \\\n       via 10.0.0.9\n"
        "    wpa-psk hunter2\nsource interfaces.d/*.cfg\nsource-directory /etc/network/more\n",
        "etc/network/interfaces.d/vlan.cfg": "iface eth0.30 inet manual\n  vlan-raw-device eth0\n",
        "etc/network/interfaces.d/old.bak": "iface gone inet dhcp\n",
        "etc/network/more/br0": "iface br0 inet dhcp\n bridge_ports eth1\n",
        "etc/network/more/br0.dpkg-old": "iface gone inet dhcp\n",
    }
    main = "/etc/network/interfaces"
    found = read(tmp_path, tree)
    assert short(found) == [
        (f"{main}:2", "", [("auto", "lo eth0")]),
        (
            f"{main}:3",
            "eth0",
            [
                ("iface", "eth0 inet static"),
                ("address", "10.0.0.5/24"),
                ("up", "ip route add 10.5.0.0/16 via 10.0.0.9"),
                ("wpa-psk", "<redacted>"),
            ],
        ),
        (
            f"{main}.d/vlan.cfg:1",
            "eth0.30",
            [("iface", "eth0.30 inet manual"), ("vlan-raw-device", "eth0")],
        ),
        (
            "/etc/network/more/br0:1",
            "br0",
            [("iface", "br0 inet dhcp"), ("bridge_ports", "eth1")],
        ),
    ]
    assert "hunter2" not in str(found)


def test_a_file_that_names_itself_ends(tmp_path: Path) -> None:
    text = "auto lo\nsource /etc/network/interfaces\n"
    assert len(read(tmp_path, {"etc/network/interfaces": text})) == 9


def test_netplan_is_kept_whole_without_secrets(tmp_path: Path) -> None:
    text = (
        "network:\n  wifis:\n    wlan0:\n      access-points:\n        home:\n"
        "          password: hunter2\n  tunnels:\n    wg0:\n      key: hunter3\n"
        "      peers: [{keys: {public: shown}}]\n"
    )
    tree = {
        "etc/netplan/50-cloud-init.yaml": text,
        "lib/netplan/50-cloud-init.yaml": "hidden: true\n",
        "run/netplan/00.yaml": "network: {version: 2}\n",
        "etc/netplan/50-cloud-init.yaml.bak": "old\n",
    }
    found = read(tmp_path, tree)
    assert [one["where"] for one in found] == [
        "/run/netplan/00.yaml",
        "/etc/netplan/50-cloud-init.yaml",
    ]
    assert found[1]["text"] == text.replace("hunter2", "<redacted>").replace(
        "hunter3", "<redacted>"
    )


def test_networkd_reads_drop_ins_and_prefers_etc(tmp_path: Path) -> None:
    tree = {
        "etc/systemd/network/10-lan.network": "[Match]\nName=ens3\n[Network]\nAddress=10.0.0.5/24\n"
        "Address=10.0.0.6/24\n",
        "etc/systemd/network/10-lan.network.d/dns.conf": "[Network]\nDNS=10.0.0.1\n",
        "run/systemd/network/10-lan.network": "[Match]\nName=hidden\n",
        "etc/systemd/network/05-wg.netdev": "[NetDev]\nName=wg0\nKind=wireguard\n[WireGuard]\n"
        "PrivateKey=hunter2\n[WireGuardPeer]\nPresharedKey=hunter3\n",
        "etc/systemd/network/README": "nothing\n",
        "etc/systemd/resolved.conf": "[Resolve]\n#DNS=\nDomains=~corp.example\n",
    }
    found = read(tmp_path, tree)
    assert short(found) == [
        (
            "/etc/systemd/network/05-wg.netdev",
            "wg0",
            [
                ("NetDev.Name", "wg0"),
                ("NetDev.Kind", "wireguard"),
                ("WireGuard.PrivateKey", "<redacted>"),
                ("WireGuardPeer.PresharedKey", "<redacted>"),
            ],
        ),
        (
            "/etc/systemd/network/10-lan.network",
            "ens3",
            [
                ("Match.Name", "ens3"),
                ("Network.Address", "10.0.0.5/24"),
                ("Network.Address", "10.0.0.6/24"),
                ("Network.DNS", "10.0.0.1"),
            ],
        ),
        ("/etc/systemd/resolved.conf", "", [("Resolve.Domains", "~corp.example")]),
    ]
    assert "hunter" not in str(found)


def test_networkmanager_profiles_hide_their_secrets(tmp_path: Path) -> None:
    place = "etc/NetworkManager/system-connections"
    profile = "[connection]\nid=home\ninterface-name=wlan0\n[wifi-security]\npsk=hunter2\n"
    profile += "wep-key0=hunter3\n[802-1x]\npassword=hunter4\nprivate-key-password=hunter5\n"
    tree = {
        f"{place}/home.nmconnection": profile,
        f"{place}/home.nmconnection~": "[connection]\nid=old\n",
        "etc/NetworkManager/conf.d/dns.conf": "[main]\ndns=none\n",
    }
    found = read(tmp_path, tree)
    assert [(one["kind"], one["interface"]) for one in found] == [
        ("NetworkManager", "wlan0"),
        ("NetworkManager.conf", ""),
    ]
    assert [row["key"] for row in found[0]["settings"] if row["value"] == "<redacted>"] == [
        "wifi-security.psk",
        "wifi-security.wep-key0",
        "802-1x.password",
        "802-1x.private-key-password",
    ]
    assert "hunter" not in str(found)


def test_network_scripts_of_red_hat_and_suse(tmp_path: Path) -> None:
    place = "etc/sysconfig/network-scripts"
    tree = {
        "etc/sysconfig/network": "NETWORKING=yes\nGATEWAY=10.0.0.1\n",
        f"{place}/ifcfg-bond0": 'DEVICE=bond0\nBONDING_OPTS="mode=1 miimon=100" # fast\nKEY=a1\n',
        f"{place}/ifcfg-bond0.bak": "DEVICE=gone\n",
        f"{place}/route-bond0": "10.5.0.0/16 via 10.0.0.9\n",
        f"{place}/route-eth1": "ADDRESS0=10.6.0.0\nNETMASK0=255.255.0.0\n",
        f"{place}/rule-bond0": "from 10.9.0.0/16 table 100\n",
    }
    found = short(read(tmp_path / "el", tree))
    assert found == [
        ("/etc/sysconfig/network", "", [("NETWORKING", "yes"), ("GATEWAY", "10.0.0.1")]),
        (
            f"/{place}/ifcfg-bond0",
            "bond0",
            [("DEVICE", "bond0"), ("BONDING_OPTS", "mode=1 miimon=100"), ("KEY", "<redacted>")],
        ),
        (f"/{place}/route-bond0", "bond0", [("10.5.0.0/16", "via 10.0.0.9")]),
        (f"/{place}/route-eth1", "eth1", [("ADDRESS0", "10.6.0.0"), ("NETMASK0", "255.255.0.0")]),
        (f"/{place}/rule-bond0", "bond0", [("from", "10.9.0.0/16 table 100")]),
    ]
    suse = {
        "etc/sysconfig/network/ifcfg-eth0": "BOOTPROTO='static'\nIPADDR='10.0.0.5/24'\n",
        "etc/sysconfig/network/routes": "default 10.0.0.1 - -\n",
        "etc/sysconfig/network/config": 'NETCONFIG_DNS_STATIC_SERVERS="10.0.0.1 10.0.0.2"\n',
        "etc/sysconfig/network/ifcfg-eth0.rpmsave": "BOOTPROTO='dhcp'\n",
    }
    assert short(read(tmp_path / "suse", suse)) == [
        (
            "/etc/sysconfig/network/config",
            "",
            [("NETCONFIG_DNS_STATIC_SERVERS", "10.0.0.1 10.0.0.2")],
        ),
        (
            "/etc/sysconfig/network/ifcfg-eth0",
            "eth0",
            [("BOOTPROTO", "static"), ("IPADDR", "10.0.0.5/24")],
        ),
        ("/etc/sysconfig/network/routes", "", [("default", "10.0.0.1 - -")]),
    ]


def test_other_files_that_shape_the_network(tmp_path: Path) -> None:
    rule = 'SUBSYSTEM=="net", ATTR{address}=="52:54:00:aa:bb:cc", NAME="eth0"'
    tree = {
        "etc/udev/rules.d/70-persistent-net.rules": f"# old card\n{rule}\n",
        "etc/dhcp/dhclient.conf": 'send host-name "old";\n',
        "etc/wpa_supplicant/wlan0.conf": 'network={\n\tpsk="hunter2"\n}\n',
        "etc/network/if-up.d/routes": "#!/bin/sh\n",
    }
    found = read(tmp_path, tree)
    assert [(one["kind"], one["interface"]) for one in found] == [
        ("dhclient", ""),
        ("wpa_supplicant", ""),
        ("udev", "eth0"),
        ("script", ""),
    ]
    assert ("ATTR{address}", "52:54:00:aa:bb:cc") in short(found)[2][2]
    assert "hunter" not in str(found)


def test_values_are_unquoted_as_a_shell_would() -> None:
    pairs = {
        "plain": "plain",
        '"a b" # c': "a b",
        "'a \"b'": 'a "b',
        "a\\ b c": "a b",
        "": "",
        '"\\$x"': "$x",
        "a;b": "a",
    }
    assert {text: sysconfig.unquoted(text) for text in pairs} == pairs
