from __future__ import annotations

from pathlib import Path

import pytest

from migrator.agent import logrotate
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "etc/logrotate.d/shop": "/var/log/shop.log\n/var/log/shop/*.log {\n  weekly\n}\n",
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def test_logrotate(host: Host) -> None:
    (found,) = logrotate.read(host, {})
    assert found["patterns"] == ["/var/log/shop.log", "/var/log/shop/*.log"]
