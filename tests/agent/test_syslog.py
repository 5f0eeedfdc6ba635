from __future__ import annotations

from pathlib import Path

import pytest

from migrator.agent import syslog
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "etc/rsyslog.conf": (
        'module(load="imklog")\n$ModLoad imudp\n$IncludeConfig /etc/rsyslog.d/*.conf\n'
        "*.=info;*.=notice;\\\n\tauth.none\t-/var/log/messages\n*.emerg :omusrmsg:*\n"
    ),
    "etc/rsyslog.d/a.conf": (
        "local3.* /var/log/shop.log\n*.* @@[2001:db8::1]:6514\n*.* @10.0.0.9\n"
        'mail.* action(type="omfwd" target="10.0.0.8"\n  port="1514" protocol="tcp")\n'
    ),
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def test_syslog(host: Host) -> None:
    rules = [(rule["kind"], rule["selector"], rule["destination"]) for rule in syslog.rules(host)]
    assert rules == [
        ("input", "imklog", ""),
        ("input", "imudp", ""),
        ("file", "local3.*", "/var/log/shop.log"),
        ("remote", "*.*", "[2001:db8::1]:6514/tcp"),
        ("remote", "*.*", "10.0.0.9:514/udp"),
        ("remote", "mail.*", "10.0.0.8:1514/tcp"),
        ("file", "*.=info;*.=notice;auth.none", "/var/log/messages"),
        ("other", "*.emerg", ""),
    ]
