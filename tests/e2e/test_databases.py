"""Three databases are cut over while clients commit: nothing that was acknowledged is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from tests.e2e.conftest import lab
from tests.e2e.moving import Move

pytestmark = pytest.mark.lab
SOURCE, TARGET = "move-databases", "move-dock2"
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
}
CHECKED = {
    "mysql": "mariadb-check --all-databases --extended",
    "postgresql": "runuser -u postgres -- /usr/lib/postgresql/15/bin/pg_amcheck"
    " --install-missing --all",
    "redis": "redis-check-rdb /var/lib/redis/dump.rdb",
}


@pytest.fixture(scope="module")
def move(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Move]:
    base = tmp_path_factory.mktemp("databases")
    hosts = {SOURCE: "databases-debian12", TARGET: "target-debian13"}
    try:
        for name, recipe in hosts.items():
            lab("up", recipe, "--as", name)
        known = yaml.safe_load(lab("inventory"))["all"]["hosts"]
        sources = {SOURCE: {**known[SOURCE], "migrator_target": TARGET}}
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
    for name in READ:
        move.source(MADE[name])
        move.source(f"setsid load {name} </dev/null >/dev/null 2>&1 &")
    said = move.done("cutover")
    assert "not made ready" not in said
    for name, command in READ.items():
        kept = move.source(f"cat /run/load/{name}").split()
        found = lab("ssh", TARGET, f"podman exec {SOURCE} {command}").split()
        assert len(kept) > 100 and not set(kept) - set(found), (
            f"{name} lost what it had acknowledged"
        )
    for command in CHECKED.values():
        lab("ssh", TARGET, f"podman exec {SOURCE} {command}")
