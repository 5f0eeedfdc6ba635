"""Rules about databases."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.assess import Level
from migrator.facts.services import Data, Part, Service
from migrator.facts.storage import SnapshotAbility, StateDirectory, Usage
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, seen

GB = 1 << 30


def mysql(state: str = "running", **detail: str) -> Service:
    data = (Data("/var/lib/mysql", GB),)
    units = ("mysql@.service", "mysql.service")
    return Service("database", "mysql", state, "", units=units, data=data, detail=detail)


def host(service: Service, **storage: Any) -> dict[str, Any]:
    return {"services": (service,), "storage": storage}


def churn(size: int) -> Usage:
    return Usage("/var", 9, 50 * GB, 9, size, 9, size, complete=True)


LVM = SnapshotAbility("/var", "lvm", GB)
STATE = (StateDirectory("/var/lib/mysql", "mysql"),)
MOUNTS = (make.mount("/"), make.mount("/var"))

CASES: Cases = {
    "DAT-01": (host(mysql()), host(mysql(), state=STATE)),
    "DAT-02": (host(mysql(), mounts=MOUNTS), host(mysql("installed"), mounts=MOUNTS)),
    "DAT-03": (host(mysql(), mounts=MOUNTS[:1]), host(mysql(), mounts=MOUNTS)),
    "DAT-04": (
        {"storage": {"usage": (churn(20 * GB),)}},
        {"storage": {"usage": (churn(GB),)}},
    ),
    "DAT-05": (
        host(mysql(innodb_flush_log_at_trx_commit="1 ; 0")),
        host(mysql(innodb_flush_log_at_trx_commit="2", innodb_doublewrite="ON")),
    ),
}

GOLDENS: Goldens = {
    "DAT-02": ("el6", "el7"),
    "DAT-03": ("el6", "el7"),
    "DAT-05": ("el6", "lamp"),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


def test_data_that_was_not_found_is_said_by_the_unit() -> None:
    unknown = Service("database", "mysql", "running", "", units=mysql().units)
    (found,) = seen("DAT-01", services=(unknown,))
    assert (found.where, found.level) == ("mysql.service", Level.WARNING)


def test_a_file_system_of_its_own_is_a_volume() -> None:
    assert seen("DAT-01", **host(mysql(), mounts=(make.mount("/var/lib/mysql"),))) == []


def test_where_a_snapshot_is_possible_it_is_only_said() -> None:
    (found,) = seen("DAT-02", **host(mysql(), mounts=MOUNTS, snapshots=(LVM,)))
    assert found.level == Level.INFO
    assert found.evidence == "mysql: /var by lvm, 1024 MB are free for it"


def test_a_cluster_of_postgresql_says_it_in_its_own_configuration() -> None:
    where = "/etc/postgresql/15/main/postgresql.conf"
    parts = (Part("cluster", "15/main", where, {"fsync": "off", "full_page_writes": "on"}),)
    (found,) = seen(
        "DAT-05", services=(Service("database", "postgresql", "running", "15", parts=parts),)
    )
    assert (found.where, found.evidence) == (where, "fsync = off")
