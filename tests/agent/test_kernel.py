from __future__ import annotations

from pathlib import Path

import pytest

from migrator.agent import kernel
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "etc/sysctl.d/a.conf": "net.core.somaxconn = 1024\n; no\n-vm/swappiness=10\nodd\n",
    "etc/security/limits.d/shop.conf": "shop hard nofile 16384 # files\nshop odd\n",
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def test_kernel(host: Host) -> None:
    assert [(row["key"], row["value"]) for row in kernel.sysctls(host)] == [
        ("net.core.somaxconn", "1024"),
        ("vm.swappiness", "10"),
    ]
    assert [(row["key"], row["value"]) for row in kernel.limits(host)] == [
        ("shop hard nofile", "16384")
    ]
    assert [row["raw"] for row in host.unparsed] == ["odd", "shop odd"]
