from __future__ import annotations

from pathlib import Path

import pytest

from migrator.agent import system
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "etc/os-release": 'ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11"\n',
    "etc/hostname": "old\n",
    "etc/machine-id": "0123\n",
    "etc/hosts": "127.0.0.1 localhost\n10.0.0.5 old.example.org old # here\n",
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def test_system(host: Host) -> None:
    found = system.read(host, {})
    assert (found["hostname"], found["fqdn"]) == ("old", "old.example.org")
    assert (found["os_id"], found["os_version"]) == ("debian", "11")
