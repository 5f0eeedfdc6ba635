"""Rules about resources."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.assess import RULES
from migrator.facts.kernel import SharedFiles
from migrator.facts.network import Peer
from migrator.facts.storage import FstabLine, Usage
from tests import builders as make
from tests.assess import Cases, check, seen

GB = 1 << 30
SHM = FstabLine("/etc/fstab:4", "tmpfs", "/dev/shm", "tmpfs", "size=8g", "tmpfs /dev/shm …")
LARGE = {"cpus": 16, "load": (0.1, 0.2, 0.1)}


def in_tmp(size: int) -> dict[str, object]:
    return {"storage": {"usage": (Usage("/tmp", 9, size, 0, 0, 0, 0, complete=True),)}}


CASES: Cases = {
    "RES-01": ({"system": LARGE}, {"system": {**LARGE, "load": (7.0, 9.0, 8.0)}}),
    "RES-02": (
        {"processes": (replace(make.process(7, "/usr/bin/java"), threads=900),)},
        {"processes": (replace(make.process(7, "/usr/bin/java"), threads=90),)},
    ),
    "RES-03": (
        {"kernel": {"shared_files": SharedFiles(3, 40 << 20)}},
        {"kernel": {"shared_files": SharedFiles(3, 4 << 20)}},
    ),
    "RES-04": (
        {"sysctls": (make.setting("/etc/sysctl.conf:1", "net.netfilter.nf_conntrack_max", "1"),)},
        {"sysctls": (make.setting("/etc/sysctl.conf:1", "vm.nr_hugepages", "1"),)},
    ),
    "RES-05": (in_tmp(GB), in_tmp(1 << 20)),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


def test_a_container_has_not_what_its_host_has() -> None:
    assert seen("RES-01", system={**LARGE, "virtualisation": "docker"}) == []


def test_shared_memory_that_somebody_sized_is_needed() -> None:
    assert seen("RES-03", storage={"fstab": (SHM,)})


def test_connections_of_all_peers_count_together() -> None:
    peers = tuple(
        Peer("out", "tcp", f"10.0.0.{n}", 5432, "web", "web.service", 900) for n in (1, 2)
    )
    assert seen("RES-04", network={"peers": peers}) == []
    assert seen("RES-04", network={"peers": peers * 3})


def test_a_tmpfs_counts_by_what_is_in_it() -> None:
    mount = replace(make.mount("/run", "kernel", "tmpfs"), used=GB)
    assert [finding.where for finding in seen("RES-05", storage={"mounts": (mount,)})] == ["/run"]


def test_a_setting_of_the_target_becomes_a_task() -> None:
    (finding,) = seen("RES-04", **CASES["RES-04"][0])
    task = RULES["RES-04"].task
    assert task and "net.netfilter.nf_conntrack_max=1" in str(task(finding))
