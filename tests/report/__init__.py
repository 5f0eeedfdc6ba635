"""Rules and judgement. Each family of rules has a file with its cases: a host where a rule fires
and one where it is silent."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

from migrator import facts
from migrator.assess import RULES, Finding, Level
from tests import builders as make
from tests import hosts

# id of a rule -> (golden host where it fires, golden host where it is silent)
Goldens = dict[str, tuple[str, str]]
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


@functools.cache
def golden(name: str) -> facts.Facts:
    with tempfile.TemporaryDirectory() as top:
        return facts.load(hosts.document(name, Path(top)))


def check_golden(id: str, goldens: Goldens) -> None:
    """Fires on the first host and has nothing to say of the second, although it could look."""
    fires, silent = goldens[id]
    assert any(finding.level for finding in RULES[id].findings(golden(fires)))
    assert RULES[id].findings(golden(silent)) == []
