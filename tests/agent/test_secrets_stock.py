"""What packages brought is no secret of this host."""

from __future__ import annotations

import hashlib
from pathlib import Path

from migrator.agent.host import Host
from migrator.agent.secrets import files
from tests.agent.trees import grown


def test_configuration_as_it_came_is_passed_over(tmp_path: Path) -> None:
    content = "rocommunity hunter2\n"
    md5 = hashlib.md5(content.encode()).hexdigest()
    status = f"Package: snmpd\nConffiles:\n /etc/snmp/snmpd.conf {md5}\nDescription: x\n"
    tree = {"var/lib/dpkg/status": status, "etc/snmp/snmpd.conf": content}
    assert list(files.read(Host(grown(tmp_path, tree)))) == []
    grown(tmp_path, {"etc/snmp/snmpd.conf": content + "sysName a\n"})
    (found,) = list(files.read(Host(str(tmp_path))))
    assert (found["path"], found["line"]) == ("/etc/snmp/snmpd.conf", 1)
