"""Four databases are cut over while clients commit: nothing that was acknowledged is missing."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

import pytest
import yaml

from migrator.cutover.databases import DUMPS, script
from migrator.plan import Database, Reason
from tests.e2e.conftest import lab
from tests.e2e.moving import Move

pytestmark = pytest.mark.lab
SOURCE, TARGET = "move-databases", "move-dock2"
FILE = "/var/lib/numbers/numbers.db"
MADE = {
    "mysql": "mariadb -e 'CREATE DATABASE test; CREATE TABLE test.numbers (number INT KEY)'",
    "postgresql": "cd /; runuser -u postgres -- psql -qXc"
    " 'CREATE TABLE numbers (number integer PRIMARY KEY)'",
    "redis": "redis-cli del numbers",
}
READ = {
    "mysql": "mariadb --skip-column-names --execute 'SELECT number FROM test.numbers'",
    "postgresql": "runuser -u postgres -- psql -XAtc 'SELECT number FROM numbers'",
    "redis": "redis-cli lrange numbers 0 -1",
    "sqlite": f"sqlite3 {FILE} 'SELECT number FROM numbers'",
}
CHECKED = {
    "mysql": "mariadb-check --all-databases --extended",
    "postgresql": "runuser -u postgres -- /usr/lib/postgresql/15/bin/pg_amcheck"
    " --install-missing --all",
    "redis": "redis-check-rdb /var/lib/redis/dump.rdb",
    "sqlite": f"sqlite3 {FILE} 'PRAGMA integrity_check' | grep -qx ok",
}
COUNT = "SELECT count(*) FROM numbers"
# What the plan says of them; rows come in while the source is asked.
CHOICES = {
    "cutover": {
        "databases": {
            "sqlite": {"action": "flush", "files": {FILE: {"reason": "numbers are kept there"}}}
        }
    },
    "queries": {
        name: {"database": name, "of": of, "query": COUNT, "compare": "at_least"}
        for name, of in (("mysql", "test"), ("postgresql", "postgres"), ("sqlite", FILE))
    },
}


@pytest.fixture(scope="module")
def move(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Move]:
    base = tmp_path_factory.mktemp("databases")
    hosts = {SOURCE: "databases-debian12", TARGET: "target-debian13"}
    try:
        for name, recipe in hosts.items():
            lab("up", recipe, "--as", name)
        known = yaml.safe_load(lab("inventory"))["all"]["hosts"]
        sources = {
            SOURCE: {**known[SOURCE], "migrator_target": TARGET, "migrator_choices": CHOICES}
        }
        children = {"sources": {"hosts": sources}, "targets": {"hosts": {TARGET: known[TARGET]}}}
        path = base / "inventory.yml"
        path.write_text(yaml.safe_dump({"all": {"children": children}}))
        addresses = {name: known[name]["ansible_host"] for name in hosts}
        yield Move(path, addresses, base / "work", SOURCE)
    finally:
        lab("down", *hosts)


def test_no_committed_transaction_is_missing(move: Move) -> None:
    for stage in ("discover", "assess", "plan", "sync"):
        move.done(stage)
    chosen = yaml.safe_load(move.plan.read_text())["cutover"]["databases"]
    assert {name: choice["action"] for name, choice in chosen.items()} == dict.fromkeys(
        READ, "flush"
    )
    for name, made in MADE.items():
        move.source(made)
        move.source(f"setsid load {name} </dev/null >/dev/null 2>&1 &")
    dumped_while_it_is_written(move)
    said = move.done("cutover")
    assert "not made ready" not in said
    for name, command in READ.items():
        kept = move.source(f"cat /run/load/{name}").split()
        found = lab("ssh", TARGET, f"podman exec {SOURCE} {command}").split()
        assert len(kept) > 100 and not set(kept) - set(found), (
            f"{name} lost what it had acknowledged"
        )
    for command in CHECKED.values():
        lab("ssh", TARGET, f"podman exec {SOURCE} sh -c {shlex.quote(command)}")
    points = json.loads((move.work / SOURCE / "verify.json").read_text())["points"]
    asked = {x["name"]: x["result"] for x in points if x["name"].startswith("query ")}
    assert set(asked) == {f"query {name}" for name in CHOICES["queries"]}
    assert set(asked.values()) <= {"same", "explained"}


def dumped_while_it_is_written(move: Move) -> None:
    """sqlite's dump has all that was acknowledged before it began, and is whole."""
    before = move.source("tail -n 1 /run/load/sqlite").strip()
    text = script("sqlite", Database("dump", {FILE: Reason()}))
    move.source(f"sh -c {shlex.quote(text)}")
    rows = f"SELECT count(*) >= {before} FROM numbers WHERE number > 0"
    restore = f"zcat {DUMPS}/var-lib-numbers-numbers.db.sql.gz | sqlite3 /tmp/restored.db"
    assert move.source(f"{restore} && sqlite3 /tmp/restored.db '{rows}'").strip() == "1"
    move.source(f"rm -r /tmp/restored.db {DUMPS}")
