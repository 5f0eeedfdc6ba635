"""Numbers as people read them."""

from __future__ import annotations

import pytest

from migrator.assess.prediction import Estimate
from migrator.report import words


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (812, "812 B"),
        (1023, "1.0 kB"),
        (1 << 20, "1.0 MB"),
        (150 << 20, "150 MB"),
        (1023 << 20, "1.0 GB"),
        (3 << 60, "3072 PB"),
    ],
)
def test_sizes(number: int, text: str) -> None:
    assert words.size(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (99, "99 s"), (120, "2 min"), (7200, "2.0 h"), (3 * 86400, "3.0 days")],
)
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def test_estimates() -> None:
    assert words.between(Estimate(8, 20, 120)) == "8 s to 2 min"
    assert words.between(Estimate(8, 8, 8)) == "8 s" and words.between(None) == "?"
