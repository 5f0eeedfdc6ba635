"""Rules about services."""

from __future__ import annotations

import pytest

from tests import builders as make
from tests.assess import Cases, check

CASES: Cases = {
    "SVC-01": ({"units": (make.unit("postgresql@13-main.service"),)}, {}),
    "SVC-03": ({"units": (make.unit("docker.service"),)}, {}),
    "SVC-12": ({"units": (make.unit("zabbix-agent.service"),)}, {}),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
