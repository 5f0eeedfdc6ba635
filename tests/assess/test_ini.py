"""Rules about init, units and what they start."""

from __future__ import annotations

import pytest

from tests import builders as make
from tests.assess import Cases, check

CASES: Cases = {
    "INI-01": ({"system": {"init": "sysvinit"}}, {}),
    "INI-05": (
        {"units": (make.unit("a.service", origin="sysv", fragment="/etc/init.d/a"),)},
        {"units": (make.unit("a.service"),)},
    ),
    "INI-07": (
        {
            "units": (
                make.unit(
                    "a.service",
                    fragment="/etc/systemd/system/a.service",
                    properties={"PrivateTmp": "yes"},
                ),
            )
        },
        {"units": (make.unit("a.service", fragment="/etc/systemd/system/a.service"),)},
    ),
    "INI-09": ({"units": (make.unit("a.service", active="failed"),)}, {}),
    "INI-11": (
        {"network": {"listeners": (make.listener(8080, unit="session-3.scope"),)}},
        {"network": {"listeners": (make.listener(8080),)}},
    ),
    "INI-12": ({"system": {"init_version": 219}}, {"system": {"init_version": 0}}),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
