from __future__ import annotations

from pathlib import Path

import pytest

from migrator.agent import network
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "etc/hosts": "127.0.0.1 localhost\n10.0.0.5 old.example.org old # here\n",
    "etc/nftables.conf": "#!/usr/sbin/nft -f\nflush ruleset\n",
    "etc/resolv.conf": "nameserver 10.0.0.1\nsearch example.org\n",
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def test_network_files(host: Host) -> None:
    assert network.nameservers(host) == ["10.0.0.1"]
    assert network.search(host) == ["example.org"]
    assert network.hosts(host)[1] == {"address": "10.0.0.5", "names": ["old.example.org", "old"]}
    assert [row["raw"] for row in network.firewall(host)] == ["flush ruleset"]


def test_addresses_of_the_kernel_are_read() -> None:
    assert network._address("0100007F") == "127.0.0.1"
    assert network._address("B80D0120000000000000000001000000") == "2001:db8::1"
