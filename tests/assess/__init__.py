"""Rules and judgement. Each family of rules has a file with its cases: a host where a rule fires
and one where it is silent."""

from __future__ import annotations

from typing import Any

from migrator.assess import RULES, Finding, Level
from tests import builders as make

# id of a rule -> (facts where it fires, facts where it is silent), as builders.facts takes them
Cases = dict[str, tuple[dict[str, Any], dict[str, Any]]]


def check(id: str, cases: Cases) -> None:
    fires, silent = cases[id]
    assert seen(id, **fires)
    assert seen(id, **silent) == []


def seen(id: str, **given: Any) -> list[Finding]:
    """What a rule says of a healthy host with what is ``given``; it could look at everything."""
    found = RULES[id].findings(make.facts(**given))
    assert all(finding.level != Level.NOT_CHECKED for finding in found)
    return found
