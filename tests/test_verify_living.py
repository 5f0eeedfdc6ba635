"""What works on its files after a launch is told from what got lost."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.facts.services import Data, Service
from migrator.facts.syslog import Journal
from migrator.verify import Verdict
from tests import builders as make
from tests.test_verify import FILE, ROW, of, verdict

PLACE = "/var/lib/postgresql/15/main"


def kept(path: str, state: str = "running", **changed: Any) -> str:
    """The result for a file of a database that is otherwise there, or gone without ``changed``."""
    database = Service("database", "postgresql", state, "15", data=(Data(PLACE, 9),))
    row = ROW | {"path": f"{PLACE}/{path}"}
    found = FILE._replace(path=f"{PLACE[1:]}/{path}".encode(), **changed)
    source = make.facts(services=(database,))
    (result,) = of(verdict(source, rows=(row,), tree=(found,) if changed else ()), "file")
    return result


@pytest.mark.parametrize(
    ("path", "changed", "result"),
    [
        ("base/5/1259", {"size": 6, "mtime_ns": 1}, "explained"),
        ("base/5/1259", {"uid": 7}, "different"),
        ("base/5/1259", {}, "different"),
        ("base/5/pg_internal.init", {}, "explained"),
        ("pg_wal/000000010000000000000001", {}, "explained"),
    ],
)
def test_a_running_database_works_on_its_files(
    path: str, changed: dict[str, Any], result: str
) -> None:
    assert kept(path, **changed) == result


def test_the_files_of_a_database_that_rests_stay() -> None:
    assert kept("base/5/1259", "installed", size=6) == "different"


def test_a_setting_of_an_adaptation_is_explained() -> None:
    path = "/etc/systemd/journald.conf.d/50-migrator-console.conf"
    setting = make.setting(f"{path}:3", "ForwardToConsole", "yes")
    container = make.facts(syslog={"journal": Journal(settings=(setting,))})

    def found(changes: list[dict[str, str]]) -> Verdict:
        return verdict(container=container, image={"changes": changes})

    assert of(found([{"path": path, "reason": "shown"}]), "journal setting") == ["explained"]
    assert of(found([]), "journal setting") == ["different"]
