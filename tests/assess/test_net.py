"""Rules about the network."""

from __future__ import annotations

import pytest

from migrator.facts.network import FirewallRule
from tests import builders as make
from tests.assess import Cases, check

CASES: Cases = {
    "NET-08": (
        {"network": {"firewall": (FirewallRule("nft", "/etc/nftables.conf:1", "flush ruleset"),)}},
        {},
    ),
    "NET-12": (
        {"network": {"routes": (make.route("198.51.100.0/24"),)}},
        {"network": {"routes": (make.route("default"), make.route("10.0.0.0/8", "", "kernel"))}},
    ),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
