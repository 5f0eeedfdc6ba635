"""Configuration that is as its package brought it has nothing of this host alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from migrator.agent import literals
from migrator.agent.host import Host
from migrator.agent.secrets import files
from tests.agent.test_literals import FOUND
from tests.agent.trees import grown

CONTENT = "rocommunity hunter2\nagentaddress 10.1.2.3\n"
MD5 = hashlib.md5(CONTENT.encode()).hexdigest()
STATUS = f"Package: snmpd\nConffiles:\n /etc/snmp/snmpd.conf {MD5}\nDescription: x\n"


@pytest.mark.parametrize(("more", "seen"), [("", []), ("sysName a\n", ["/etc/snmp/snmpd.conf"])])
def test_it_is_passed_over_until_somebody_changes_it(
    tmp_path: Path, more: str, seen: list[str]
) -> None:
    tree = {"var/lib/dpkg/status": STATUS, "etc/snmp/snmpd.conf": CONTENT + more}
    host = Host(grown(tmp_path, tree))
    assert [row["path"] for row in files.read(host)] == seen
    found = literals.read(host, FOUND)
    assert [row["where"].partition(":")[0] for row in found] == seen
