from __future__ import annotations

from pathlib import Path

import pytest

from migrator.agent import packages
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "var/lib/dpkg/status": (
        "Package: cron\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0\n"
        "Description: jobs\n more: words\n\nPackage: old\nStatus: deinstall ok config-files\n"
    ),
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def test_packages(host: Host) -> None:
    assert packages.installed(host) == [
        {
            "name": "cron",
            "version": "3.0",
            "architecture": "amd64",
            "status": "install ok installed",
        },
        {
            "name": "old",
            "version": "",
            "architecture": "",
            "status": "deinstall ok config-files",
        },
    ]
