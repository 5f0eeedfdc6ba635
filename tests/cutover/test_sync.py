"""What a pass predicts of the downtime, from what was measured before."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.cutover import sync
from migrator.cutover.sync import Pass, measured
from migrator.workdir import Workdir, make_private, write_json


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    made = Workdir(tmp_path / "work", "web01")
    make_private(made.path)
    return made


def predicted(work: Workdir, read: float) -> float:
    return sync._predicted(work, Pass(0, 0, {"read": read, "build": 9.0, "ship": 60.0}))


def test_without_a_cutover_before_a_delta_is_as_a_pass(work: Workdir) -> None:
    assert predicted(work, 2.0) == 2.0 + sync.STOP + sync.START


def test_what_was_measured_is_predicted_again(work: Workdir) -> None:
    write_json(work.passes, {"passes": [{"seconds": {"read": 60.0}}, {"seconds": {"read": 2.0}}]})
    measured(work, "stop", 0.4)
    measured(work, "delta", 1.0)
    measured(work, "start", 2.1)
    assert predicted(work, 2.0) == pytest.approx(0.4 + 1.0 + 2.1)
    assert predicted(work, 6.0) == pytest.approx(0.4 + 3.0 + 2.1), "a pass reads what a delta will"
