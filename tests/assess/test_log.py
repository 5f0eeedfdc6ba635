"""Rules about logs."""

from __future__ import annotations

import pytest

from tests import builders as make
from tests.assess import Cases, check

CASES: Cases = {
    "LOG-01": (
        {"rules": (make.log("input", "imklog"),)},
        {"rules": (make.log("input", "imuxsock"),)},
    ),
    "LOG-03": (
        {"rules": (make.log("remote", "*.*", "10.0.0.9:514/udp"),)},
        {"rules": (make.log("file", "*.*", "/var/log/syslog"),)},
    ),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
