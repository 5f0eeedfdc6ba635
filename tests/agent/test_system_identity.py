"""The clock, names, language and identity of a host."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.facts.system import TimeSource
from tests.agent.test_system import linked, read

ZONE = "TZif2" + "\0" * 40 + "\nCET-1CEST,M3.5.0,M10.5.0/3\n"


def test_the_clock_of_an_older_release(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "etc/localtime": ZONE,
            "etc/sysconfig/clock": 'ZONE="Europe/Berlin"\nUTC=true\n',
            "etc/ntp.conf": "driftfile /x\nserver 0.centos.pool.ntp.org iburst\n"
            "#server no\nserver -4 10.0.0.1\npeer ntp2\n",
            "proc/77/comm": "ntpd\n",
        },
    )
    assert (found.timezone, found.hardware_clock) == ("Europe/Berlin", "UTC")
    assert found.timezone_rule == "CET-1CEST,M3.5.0,M10.5.0/3"
    servers = ("0.centos.pool.ntp.org", "10.0.0.1", "ntp2")
    assert found.time_sources == (TimeSource("ntpd", "/etc/ntp.conf", servers, True),)


def test_the_clock_of_a_newer_release(tmp_path: Path) -> None:
    linked(tmp_path, {"etc/localtime": "../usr/share/zoneinfo/Asia/Tokyo"})
    found = read(
        tmp_path,
        {
            "etc/timezone": "Etc/UTC\n",
            "etc/adjtime": "0.0 0 0.0\n0\nLOCAL\n",
            "etc/systemd/timesyncd.conf": "[Time]\n#NTP=no\nNTP=a b\nFallbackNTP=c\n",
            "etc/chrony/chrony.conf": "pool 2.debian.pool.ntp.org iburst\n",
            "etc/chrony/sources.d/own.sources": "server 10.0.0.2\n",
        },
    )
    assert (found.timezone, found.hardware_clock) == ("Asia/Tokyo", "LOCAL")
    assert [(s.daemon, s.servers, s.running) for s in found.time_sources] == [
        ("chrony", ("2.debian.pool.ntp.org",), False),
        ("chrony", ("10.0.0.2",), False),
        ("timesyncd", ("a", "b", "c"), False),
    ]


def test_names_and_language(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "proc/sys/kernel/hostname": "old\n",
            "etc/hostname": "# set by hand\nolder\n",
            "etc/machine-info": 'PRETTY_HOSTNAME="The old one"\n',
            "etc/hosts": "127.0.0.1 localhost\n10.0.0.5 old.example.org old # here\n",
            "etc/default/locale": 'LANG="de_DE.UTF-8"\nLC_TIME=C\nexport LC_ALL=\n',
            "etc/default/keyboard": 'XKBLAYOUT="de"\n',
        },
    )
    names = (found.hostname, found.static_hostname, found.pretty_hostname, found.fqdn)
    assert names == ("old", "older", "The old one", "old.example.org")
    assert (found.locale, found.locales, found.keyboard) == ("de_DE.UTF-8", {"LC_TIME": "C"}, "de")


@pytest.mark.parametrize(
    "files",
    [
        {"etc/HOSTNAME": "old.site\n"},
        {"etc/sysconfig/network": "NETWORKING=yes\nHOSTNAME=old.site\n"},
    ],
)
def test_older_places_of_the_hostname(tmp_path: Path, files: dict[str, str]) -> None:
    assert read(tmp_path, files).hostname == "old.site"


def test_suse_calls_its_language_otherwise(tmp_path: Path) -> None:
    found = read(tmp_path, {"etc/sysconfig/language": 'RC_LANG="en_US.UTF-8"\nRC_LC_ALL=""\n'})
    assert (found.locale, found.locales) == ("en_US.UTF-8", {})


def test_identity(tmp_path: Path) -> None:
    linked(tmp_path, {"var/lib/cloud/instance": "instances/i-0abc"})
    found = read(
        tmp_path,
        {
            "etc/machine-id": "0123\n",
            "var/lib/dbus/machine-id": "4567\n",
            "etc/cloud/cloud.cfg": "",
            "var/lib/cloud/instances/i-0abc/datasource": "DataSourceEc2Local: DataSourceEc2Local\n",
            "run/cloud-init/instance-data.json": '{"v1": {"cloud_name": "aws"}}',
            "etc/pki/consumer/cert.pem": "secret",
            "run/reboot-required": "*** System restart required ***\n",
            "run/reboot-required.pkgs": "linux-base\nlibc6\nlibc6\n",
        },
    )
    assert (found.machine_id, found.dbus_machine_id) == ("0123", "4567")
    assert (found.cloud.id, found.cloud.instance) == ("aws", "i-0abc")
    assert found.cloud.datasource == "DataSourceEc2Local"
    assert [(row.kind, row.where) for row in found.subscriptions] == [
        ("rhsm", "/etc/pki/consumer/cert.pem")
    ]
    assert found.reboot_required and found.reboot_packages == ("libc6", "linux-base")


def test_a_linked_id_is_no_copy(tmp_path: Path) -> None:
    linked(tmp_path, {"var/lib/dbus/machine-id": "/etc/machine-id"})
    assert read(tmp_path, {"etc/machine-id": "0123\n"}).dbus_machine_id == ""
