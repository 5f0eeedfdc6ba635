from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.agent import storage
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "etc/fstab": "# disks\nUUID=1 / ext4 defaults 0 1\n/dev/vdb /srv/my\\040data ext4\nhalf line\n",
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def test_storage(host: Host) -> None:
    lines = storage.fstab(host)
    assert [(line["source"], line["path"]) for line in lines] == [
        ("UUID=1", "/"),
        ("/dev/vdb", "/srv/my data"),
    ]
    assert [row["raw"] for row in host.unparsed] == ["half line"]


def test_state_directories_are_those_of_other_users(tmp_path: Path) -> None:
    for name in ("opt/shop/bin", "opt/shop/var/inner", "var/lib/mysql"):
        (tmp_path / name).mkdir(parents=True)
    if os.geteuid() == 0:
        os.chown(tmp_path / "opt/shop/var", 999, 999)
        found = storage.state(Host(str(tmp_path)), {999: "shop"})
        assert found == [{"path": "/opt/shop/var", "user": "shop"}]
