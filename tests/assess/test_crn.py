"""Rules about jobs."""

from __future__ import annotations

import pytest

from tests import builders as make
from tests.assess import Cases, check

CASES: Cases = {
    "CRN-01": (
        {"jobs": (make.job("cron.d", "/etc/cron.d/a:1"),)},
        {"jobs": (make.job("timer", "a.timer"),)},
    ),
    "CRN-03": ({"jobs": (make.job("timer", "a.timer"),)}, {}),
    "CRN-04": (
        {"jobs": (make.job("cron.d", "/etc/cron.d/a:1", "/sbin/fstrim -a"),)},
        {"jobs": (make.job("cron.d", "/etc/cron.d/a:1", "/bin/report"),)},
    ),
    "CRN-08": (
        {"jobs": (make.job("at", "/var/spool/cron/atjobs/a1"),)},
        {"jobs": (make.job("user", "/var/spool/cron/crontabs/a:1"),)},
    ),
    "CRN-09": (
        {
            "jobs": (make.job("timer", "a.timer"),),
            "units": (make.unit("a.timer", fragment="/etc/systemd/system/a.timer"),),
        },
        {"jobs": (make.job("timer", "a.timer"),), "units": (make.unit("a.timer"),)},
    ),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
