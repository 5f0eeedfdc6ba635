"""Rules about identity."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.assess import RULES, Level
from migrator.facts.kernel import UdevRule
from migrator.facts.network import Lease
from migrator.facts.services import Service
from migrator.facts.system import Cloud, Subscription
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, golden, seen

ETH0 = 'SUBSYSTEM=="net", ATTR{address}=="52:54:00:10:00:01", NAME="eth0"'
PRINTER = 'SUBSYSTEM=="usb", ATTRS{idVendor}=="0a5f", SYMLINK+="label"'


def registered(*kinds: str) -> dict[str, Any]:
    return {
        "system": {"subscriptions": tuple(Subscription(kind, f"/etc/{kind}") for kind in kinds)}
    }


CASES: Cases = {
    "IDN-01": ({}, {"system": {"machine_id": ""}}),
    "IDN-02": ({"secrets": (make.secret("ssh-host-key", "/etc/ssh/ssh_host_rsa_key"),)}, {}),
    "IDN-03": (registered("suse"), {}),
    "IDN-04": (
        {"system": {"cloud": Cloud(cloud_init=True)}},
        {"system": {"static_hostname": "old"}},
    ),
    "IDN-05": (
        {"network": {"leases": (Lease("/var/lib/dhcp/eth0:3", "eth0", "10.0.0.5", ""),)}},
        {},
    ),
    "IDN-06": (
        {
            "kernel": {
                "udev_rules": (UdevRule("/etc/udev/rules.d/70-persistent-net.rules:2", ETH0),)
            }
        },
        {"kernel": {"udev_rules": (UdevRule("/etc/udev/rules.d/99-label.rules:1", PRINTER),)}},
    ),
}
# Nobody recorded a host whose DHCP server names it: IDN-04 fires on one of a cloud.
GOLDENS: Goldens = {
    "IDN-01": ("el7", "lamp"),
    "IDN-02": ("lamp", "el6"),
    "IDN-03": ("sles15", "ubuntu2204"),
    "IDN-04": ("ubuntu1404", "el7"),
    "IDN-05": ("ubuntu2204", "el7"),
    "IDN-06": ("el6", "sles15"),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


def test_the_name_of_another_id_is_told_apart() -> None:
    found = seen("IDN-01", system={"machine_id": "aa", "dbus_machine_id": "bb"})
    assert [finding.evidence for finding in found] == ["aa", "bb, which is another one"]


def test_red_hats_registration_is_no_use_in_a_container() -> None:
    levels = {f.where: f.level for f in seen("IDN-03", **registered("rhsm", "puppet"))}
    assert levels == {"/etc/rhsm": Level.WARNING, "/etc/puppet": Level.INFO}


def test_agents_are_known_by_a_name() -> None:
    agent = Service("monitoring", "zabbix-agent", "running", "", detail={"hostname": "shop01"})
    (found,) = seen("IDN-03", services=(agent,))
    assert (found.where, found.evidence) == ("zabbix-agent", "zabbix-agent knows it as shop01")


def test_a_name_that_no_file_says_came_from_the_network() -> None:
    (found,) = seen("IDN-04", system={"static_hostname": "localhost", "hostname": "web7"})
    assert found.evidence == "web7, which no file of the host says"


def test_a_card_is_told_once_though_two_facts_name_its_line() -> None:
    assert len(RULES["IDN-06"].findings(golden("el6"))) == 2
