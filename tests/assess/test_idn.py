"""Rules about identity."""

from __future__ import annotations

import pytest

from tests import builders as make
from tests.assess import Cases, check

CASES: Cases = {
    "IDN-01": ({}, {"system": {"machine_id": ""}}),
    "IDN-02": ({"secrets": (make.secret("ssh-host-key", "/etc/ssh/ssh_host_rsa_key"),)}, {}),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
