"""Rules about storage."""

from __future__ import annotations

import pytest

from migrator.facts.storage import FstabLine
from tests import builders as make
from tests.assess import Cases, check

DEVICE = FstabLine("/etc/fstab:2", "UUID=1-2", "/", "ext4", "defaults", "UUID=1-2 / ext4")
TMPFS = FstabLine("/etc/fstab:3", "tmpfs", "/tmp", "tmpfs", "defaults", "tmpfs /tmp tmpfs")

CASES: Cases = {
    "STO-01": ({"storage": {"fstab": (DEVICE,)}}, {"storage": {"fstab": (TMPFS,)}}),
    "STO-02": (
        {"storage": {"mounts": (make.mount("/srv/data"),)}},
        {"storage": {"mounts": (make.mount("/"),)}},
    ),
    "STO-03": (
        {"storage": {"mounts": (make.mount("/mnt", "network", "nfs4"),)}},
        {"storage": {"mounts": (make.mount("/mnt"),)}},
    ),
    "STO-04": (
        {"units": (make.unit("nfs-server.service"),)},
        {"units": (make.unit("nfs-server.service", active="inactive"),)},
    ),
    "STO-10": ({"storage": {"swaps": (make.swap("/dev/vdc"),)}}, {}),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
