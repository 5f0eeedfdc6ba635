"""Rules about services, third part: those that keep data, share it, or are bound to a machine."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.assess import RULES, Level
from migrator.facts.kernel import Segment
from migrator.facts.services import Data, Service
from migrator.facts.storage import Usage
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, golden, seen

AIO = make.setting("/etc/sysctl.d/97-oracle.conf:2", "fs.aio-max-nr", "1048576")
BANS = Data("/var/lib/fail2ban", 90112)
SHM = Segment("shm", 7, 1, 26, 2 << 30, 31)


def service(kind: str, name: str, state: str = "running", **detail: str) -> dict[str, Any]:
    return {"services": (Service(kind, name, state, "", detail=detail),)}


CASES: Cases = {
    "SVC-01": (service("database", "mysql"), service("database", "mysql", "installed")),
    "SVC-02": ({"sysctls": (AIO,)}, service("database", "mysql", innodb_flush_method="fsync")),
    "SVC-20": (
        service("database", "mysql", wsrep_cluster_address="gcomm://10.0.0.1,10.0.0.2"),
        service("database", "mysql", wsrep_cluster_address="gcomm://"),
    ),
    "SVC-22": (
        {"kernel": {"segments": (SHM,)}},
        {"kernel": {"running": {"kernel.sem": "250 32000 100 128"}}},
    ),
    "SVC-24": (
        {"services": (Service("security", "fail2ban", "enabled", "", data=(BANS,)),)},
        {"services": (Service("database", "mysql", "running", "", data=(BANS,)),)},
    ),
    "SVC-23": (
        {"processes": (make.process(9, "/usr/sap/HDB/HDB00/exe/hdbnameserver"),)},
        {"accounts": {"users": (make.user("sapadm"),)}},
    ),
}
GOLDENS: Goldens = {
    "SVC-01": ("lamp", "el7"),
    "SVC-02": ("el6", "lamp"),
    "SVC-22": ("el6", "el7"),
    "SVC-23": ("sles11", "sles15"),
}
# No golden host is a member of a cluster, or keeps state that nobody's directory holds.
SILENT = {
    "SVC-20": "lamp",
    "SVC-24": "lamp",
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


@pytest.mark.parametrize("id", SILENT)
def test_golden_hosts_without_it_are_not_blamed(id: str) -> None:
    assert RULES[id].findings(golden(SILENT[id])) == []


@pytest.mark.parametrize(("kind", "name"), [("database", "memcached"), ("directory", "bind")])
def test_what_keeps_nothing_is_no_database(kind: str, name: str) -> None:
    assert seen("SVC-01", **service(kind, name)) == []


def test_a_directory_server_keeps_a_database() -> None:
    known = Service("directory", "slapd", "enabled", "2.4", data=(Data("/var/lib/ldap", 1),))
    (found,) = seen("SVC-01", services=(known,))
    assert found.evidence == "slapd 2.4 starts at boot, with its data in /var/lib/ldap"


@pytest.mark.parametrize(("path", "level"), [("/srv/mysql", Level.INFO), ("/opt/db", Level.RISK)])
def test_direct_writes_want_a_volume(path: str, level: Level) -> None:
    detail = {"innodb_flush_method": "O_DIRECT"}
    known = Service("database", "mysql", "running", "", data=(Data(path, 1),), detail=detail)
    (found,) = seen("SVC-02", services=(known,))
    assert found.level == level


def test_the_targets_share_of_requests_is_set_and_told_once() -> None:
    (found,) = seen("SVC-02", sysctls=(AIO,))
    task = RULES["SVC-02"].task
    assert task and (task(found) or {})["name"] == "Set fs.aio-max-nr"
    assert seen("KRN-06", sysctls=(AIO,)) == seen("RES-04", sysctls=(AIO,)) == []


@pytest.mark.parametrize(
    ("name", "key", "value", "fires"),
    [
        ("redis", "replicaof", "10.0.0.5 6379", True),
        ("redis", "replicaof", "127.0.0.1 6379", False),
        ("redis", "cluster-enabled", "no", False),
        ("etcd", "etcd_initial_cluster", "default=http://localhost:2380", False),
        ("etcd", "etcd_initial_cluster", "a=http://10.0.0.1:2380,b=http://10.0.0.2:2380", True),
        ("kafka", "zookeeper.connect", "localhost:2181", False),
        ("kafka", "zookeeper.connect", "zk1:2181,zk2:2181", True),
        ("zookeeper", "server.1", "old.example.org:2888:3888", False),
        ("elasticsearch", "discovery.seed_hosts", '["127.0.0.1", "[::1]"]', False),
        ("elasticsearch", "discovery.seed_hosts", '["es1", "es2"]', True),
        ("cassandra", "seeds", "127.0.0.1:7000", False),
        ("mongodb", "replsetname", "rs0", True),
    ],
)
def test_a_member_has_others(name: str, key: str, value: str, fires: bool) -> None:
    assert bool(seen("SVC-20", **service("database", name, **{key: value}))) == fires


def test_a_limit_that_no_file_sets_is_lost() -> None:
    running = {"running": {"kernel.shmmni": "8192"}}
    (found,) = seen("SVC-22", kernel=running)
    assert (found.level, found.evidence) == (
        Level.RISK,
        "kernel.shmmni = 8192, which no file sets",
    )
    kept = make.setting("/etc/sysctl.conf:1", "kernel.shmmni", "8192")
    assert seen("SVC-22", kernel={**running, "sysctls": (kept,)}) == []


@pytest.mark.parametrize(
    ("path", "size", "levels"),
    [
        ("/var/lib/samba", 4096, [Level.RISK]),
        ("/var/lib/samba", None, [Level.RISK]),
        ("/var/cache/bind", 4096, [Level.WARNING]),
        ("/var/lib/samba", 0, []),
        ("/srv/samba", 4096, []),
    ],
)
def test_state_in_the_image_is_lost(path: str, size: int | None, levels: list[Level]) -> None:
    known = Service("files", "samba", "running", "", data=(Data(path, size),))
    assert [finding.level for finding in seen("SVC-24", services=(known,))] == levels


def test_memory_is_told_by_its_owner() -> None:
    (found,) = seen("SVC-22", kernel={"segments": (SHM,)}, users=(make.user("postgres", 26),))
    assert (found.where, found.evidence) == ("user postgres", "1 objects (shm), 2048 MB of memory")


def test_a_database_in_memory_blocks_but_another_sap_is_a_decision() -> None:
    assert seen("SVC-23", **{"storage": {"mounts": (make.mount("/hana/data"),)}})[0].level == 50
    row = Usage("/usr/sap", 1, 1, 0, 0, 0, 0, complete=True)
    (found,) = seen("SVC-23", users=(make.user("nw1adm"),), storage={"usage": (row,)})
    assert (found.level, found.evidence) == (Level.OVERRIDABLE, "SAP with its user nw1adm")
