"""Rules about the release and its packages."""

from __future__ import annotations

import pytest

from tests.assess import Cases, check

CASES: Cases = {
    "OSR-01": ({"system": {"os_version": "11"}}, {}),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
