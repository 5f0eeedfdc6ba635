"""Rules about facts that are missing or not understood."""

from __future__ import annotations

import pytest

from migrator.assess import RULES, Level
from migrator.facts import Failure, Unparsed
from tests import builders as make
from tests.assess import Cases, check

CASES: Cases = {
    "FCT-01": ({"unparsed": (Unparsed("cron", "/etc/crontab:3", "???"),)}, {}),
    "FCT-02": ({"failures": (Failure("network.routes", "failed", "ip: not found"),)}, {}),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


def test_a_subject_that_is_cut_short_is_no_risk() -> None:
    limited = Failure("storage.usage", "limited", "after 9,270 entries")
    (found,) = RULES["FCT-02"].findings(make.facts(failures=(limited,)))
    assert found.level == Level.INFO
