"""Rules about applications."""

from __future__ import annotations

import pytest

from tests import builders as make
from tests.assess import Cases, check

CASES: Cases = {
    "APP-08": (
        {"limits": (make.setting("/etc/security/limits.conf:1", "* hard nofile", "2000000"),)},
        {"limits": (make.setting("/etc/security/limits.conf:1", "* hard nofile", "4096"),)},
    ),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
