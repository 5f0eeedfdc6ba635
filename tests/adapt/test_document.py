"""docs/adaptations.md says what the modules say."""

from __future__ import annotations

from pathlib import Path

from migrator.adapt import SUBJECTS
from migrator.adapt.document import page

PAGE = Path(__file__).resolve().parents[2] / "docs/adaptations.md"


def test_the_page_is_fresh_and_has_every_subject() -> None:
    assert PAGE.read_text() == page(), "run 'python -m migrator.adapt.document'"
    for name in SUBJECTS:
        assert f"\n## {name}\n" in page()
