"""Commands of the plan that are asked on both sides: what is proposed, said, and compared."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.agent import run
from migrator.agent.probe import commands as agent
from migrator.facts.services import Service
from migrator.plan.checks import HOST_KEYS, checks
from migrator.plan.comparison import Check, Query
from migrator.plan.queries import every_check
from migrator.verify.probes import Probes, Said
from migrator.verify.questions import asked
from tests import builders as make
from tests.test_verify import of, verdict

ROWS = Check("psql -Atc 'select count(*) from orders'", "output", "no order is lost")
PLAN = make.plan(checks={"orders": ROWS})
FINE = Said(0, "42", "d" * 64, "")


def said(command: str, patience: int = 10) -> Said:
    return Said(**agent.said(command, patience))


def compared(left: Said | None, right: Said | None, check: Check = ROWS) -> list[str]:
    before, after = (Probes({}, {}, {"orders": x} if x else {}) for x in (left, right))
    plan = make.plan(checks={"orders": check})
    return of(verdict(plan=plan, before=before, after=after), "check")


def test_a_command_is_asked_with_its_patience() -> None:
    assert asked(PLAN, make.facts(), make.facts())["commands"] == {"orders": [ROWS.command, 30]}


def test_a_short_answer_is_told_and_a_long_one_is_a_digest() -> None:
    assert said("echo 42").output == "42"
    long = said("seq 100")
    assert (long.status, long.output, len(long.digest)) == (0, "", 64)
    assert said("printf 'a\\nb\\n'").digest != said("printf 'a\\nc\\n'").digest


def test_a_command_that_fails_or_hangs_says_so() -> None:
    failed = said("echo no >&2; exit 3")
    assert (failed.status, failed.error) == (3, "no")
    assert said("sleep 60", 1).status == run.LATE


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        (FINE, FINE, "same"),
        (FINE, replace(FINE, output="41"), "different"),
        (FINE, replace(FINE, status=1), "different"),
        (replace(FINE, status=1), FINE, "explained"),
        (None, FINE, "explained"),
    ],
    ids=["same", "lost", "broken", "broken already", "planned later"],
)
def test_answers_are_compared(left: Said | None, right: Said, result: str) -> None:
    assert compared(left, right) == [result]


def test_of_some_only_the_status_counts() -> None:
    status = replace(ROWS, compare="status")
    assert compared(FINE, replace(FINE, output="9", digest="e" * 64), status) == ["same"]


def test_services_that_run_are_asked() -> None:
    services = (
        Service("database", "postgresql", "running", "15"),
        Service("database", "redis", "installed", "7"),
    )
    assert set(checks(make.facts(services=services))) == {
        "postgresql",
        "session environment of root",
        "session limits of root",
    }


def test_a_server_of_ssh_is_asked_who_it_is() -> None:
    listener = make.listener(2222, process="sshd", address="::")
    found = checks(make.facts(network={"listeners": (listener,)}))
    assert {"sshd", HOST_KEYS} <= set(found)
    assert "-p 2222 ::1 " in found[HOST_KEYS].command


def test_sessions_of_users_with_limits_are_tried() -> None:
    names = ("app", "we'ird", "other")
    limits = tuple(
        make.setting("/etc/security/limits.conf:1", f"{x} soft nofile", "9") for x in names
    )
    users = tuple(make.user(name) for name in names[:2])
    found = checks(make.facts(users=users, limits=limits))
    sessions = {name for name in found if name.startswith("session limits")}
    assert sessions == {"session limits of root", "session limits of app"}


GROWING = make.plan(queries={"orders": Query("mysql", "SELECT 1", "shop", "at_least")})


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [("42", "42", "same"), ("42", "43.5", "explained"), ("42", "41", "different"),
     ("42", "none", "different"), ("none", "42", "different")],
)  # fmt: skip
def test_a_number_that_may_grow(before: str, after: str, result: str) -> None:
    sides = [Probes({}, {}, {"query orders": replace(FINE, output=x)}) for x in (before, after)]
    found = verdict(plan=GROWING, before=sides[0], after=sides[1])
    assert of(found, "check") == [result]


@pytest.mark.parametrize("database", ["mysql", "postgresql", "sqlite"])
def test_a_query_reaches_the_client_whatever_is_in_it(tmp_path: Path, database: str) -> None:
    query = """SELECT 'it''s', "a b", '$(touch x)' FROM t"""
    place = tmp_path / "o'r ders.db"
    place.touch()
    tmp_path.chmod(0o755)
    for client in ("mariadb", "psql", "sqlite3"):
        (tmp_path / client).write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
        (tmp_path / client).chmod(0o755)
    # The user that owns the database is this one.
    (tmp_path / "su").write_text(SU)
    (tmp_path / "su").chmod(0o755)
    plan = make.plan(queries={"q": Query(database, query, str(place))})  # type: ignore[arg-type]
    command = every_check(plan)["query q"].command
    answer = subprocess.run(
        ["sh", "-c", command], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True,
        text=True,
    ).stdout  # fmt: skip
    assert f"{query}|" in answer and str(place) in answer


SU = """#!/bin/sh
while [ "$1" != -c ]; do shift; done
command=$2; shift 2
exec sh -c "$command" "$@"
"""
