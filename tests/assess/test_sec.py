"""Rules about secrets and security."""

from __future__ import annotations

import pytest

from tests import builders as make
from tests.assess import Cases, check

CASES: Cases = {
    "SEC-01": ({"secrets": (make.secret("private-key", "/etc/tls.key"),)}, {}),
    "SEC-02": ({"users": (make.user("a", password="set"),)}, {"users": (make.user("a"),)}),
    "SEC-03": ({"secrets": (make.secret("password-file", "/root/.pgpass"),)}, {}),
    "SEC-04": ({"secrets": (make.secret("token", "/etc/systemd/system/a.service"),)}, {}),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
