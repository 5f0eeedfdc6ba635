"""Rules about the network, second part: what listens, tunnels, who is let in."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.assess import RULES, Level
from migrator.facts.network import Interface, RawSocket, Wrapper
from migrator.facts.security import SshdSetting
from migrator.facts.services import Service
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, seen


def interface(name: str, kind: str, up: bool = True) -> Interface:
    return Interface(name, 2, "", "", 1500, kind, "", up, "", "", "", 0, "", ())


def service(kind: str, name: str, state: str = "running", **detail: str) -> dict[str, Any]:
    return {"services": (Service(kind, name, state, "", detail=detail),)}


def sshd(key: str, value: str, match: str = "") -> dict[str, Any]:
    return {"security": {"sshd": (SshdSetting("/etc/ssh/sshd_config:3", match, key, value),)}}


CASES: Cases = {
    "NET-10": (
        service("vpn", "openvpn"),
        {
            **service("vpn", "wireguard", "installed"),
            "network": {
                "interfaces": (interface("eth0", "ether"), interface("sit0", "sit", up=False))
            },
        },
    ),
    "NET-13": (
        service("directory", "dnsmasq", **{"dhcp-range": "10.0.0.50,10.0.0.99"}),
        service("directory", "dnsmasq", server="10.0.0.2"),
    ),
    "NET-14": (
        {
            "network": {
                "raw_sockets": (RawSocket("raw", 1, "", 9, "smokeping", "sp.service", "root"),)
            }
        },
        {
            "network": {
                "raw_sockets": (RawSocket("packet", 3, "eth0", 9, "dhclient", "n.service", "root"),)
            }
        },
    ),
    "NET-15": (service("cluster", "keepalived"), service("cluster", "keepalived", "installed")),
    "NET-16": (
        {"network": {"listeners": (make.listener(5353, protocol="udp", process="avahi-daemon"),)}},
        {"network": {"listeners": (make.listener(53, protocol="udp"), make.listener(5353))}},
    ),
    "NET-17": (
        {"network": {"listeners": (make.listener(80),)}},
        {"network": {"listeners": (make.listener(8080), make.listener(25, address="127.0.0.1"))}},
    ),
    "NET-18": (
        {"network": {"listeners": (make.listener(22),)}},
        {"network": {"listeners": (make.listener(80), make.listener(22, address="127.0.0.1"))}},
    ),
    "NET-19": (
        {"network": {"listeners": (make.listener(161, protocol="udp"),)}},
        {"network": {"listeners": (make.listener(161), make.listener(50000, protocol="udp"))}},
    ),
    "NET-24": (
        sshd("ListenAddress", "10.0.0.5"),
        {
            **sshd("ListenAddress", "0.0.0.0"),
            "network": {
                "wrappers": (Wrapper("/etc/hosts.allow:1", "allow", ("ALL",), ("LOCAL",), ()),)
            },
        },
    ),
    "NET-25": (
        service("monitoring", "nrpe", allowed_hosts="127.0.0.1,10.0.0.9"),
        service("mail", "postfix", mynetworks="127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128"),
    ),
}

GOLDENS: Goldens = {
    "NET-13": ("el6", "el7"),
    "NET-15": ("el6", "el7"),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


@pytest.mark.parametrize(("kind", "module"), [("wireguard", "wireguard"), ("tun", "tun")])
def test_the_target_loads_the_module_of_a_tunnel(kind: str, module: str) -> None:
    task = RULES["NET-10"].task
    (found,) = seen("NET-10", network={"interfaces": (interface("x0", kind),)})
    assert task and (task(found) or {})["ansible.builtin.copy"] == {
        "dest": f"/etc/modules-load.d/{module}.conf",
        "content": f"{module}\n",
        "mode": "0644",
    }


@pytest.mark.parametrize(
    ("key", "value", "match", "evidence"),
    [
        ("AllowUsers", "deploy@10.0.0.*", "", "AllowUsers deploy@10.0.0.*"),
        ("X11Forwarding", "no", "Address 10.0.0.0/8", "Match Address 10.0.0.0/8"),
    ],
)
def test_sshd_lets_people_in_by_address(key: str, value: str, match: str, evidence: str) -> None:
    (found,) = seen("NET-24", **sshd(key, value, match))
    assert (found.level, found.evidence) == (Level.WARNING, evidence)


def test_fail2ban_bans_nobody_without_rights() -> None:
    (found,) = seen("NET-25", **service("security", "fail2ban"))
    assert found.level == Level.RISK
