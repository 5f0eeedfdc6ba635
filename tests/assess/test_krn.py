"""Rules about the kernel."""

from __future__ import annotations

import pytest

from tests import builders as make
from tests.assess import Cases, check

CASES: Cases = {
    "KRN-10": ({"units": (make.unit("libvirtd.service"),)}, {}),
    "KRN-06": (
        {"sysctls": (make.setting("/etc/sysctl.d/a.conf:1", "vm.swappiness", "10"),)},
        {"sysctls": (make.setting("/usr/lib/sysctl.d/a.conf:1", "vm.swappiness", "10"),)},
    ),
    "KRN-07": (
        {"sysctls": (make.setting("/etc/sysctl.d/a.conf:1", "net.core.somaxconn", "1024"),)},
        {"sysctls": (make.setting("/etc/sysctl.d/a.conf:1", "net.core.rmem_max", "1024"),)},
    ),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)
