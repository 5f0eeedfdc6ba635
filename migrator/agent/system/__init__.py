"""What the host is: release, kernel, init, hardware, clock, names and identity."""

from __future__ import absolute_import, division, print_function

import functools

from migrator.agent.assignments import settings as settings
from migrator.agent.host import Host
from migrator.agent.system.clock import clock
from migrator.agent.system.identity import identity, language, names
from migrator.agent.system.init import init
from migrator.agent.system.machine import machine
from migrator.agent.system.programs import programs
from migrator.agent.system.release import release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

PARTS = (
    ("names", names),
    ("release", release),
    ("programs", programs),
    ("init", init),
    ("machine", machine),
    ("clock", clock),
    ("language", language),
    ("identity", identity),
)  # type: tuple[tuple[str, Callable[[Host], dict[str, Any]]], ...]


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    """Each part gives some of the fields; those of a part that fails stay empty."""
    said = {}  # type: dict[str, Any]
    for name, part in PARTS:
        said.update(host.part("system." + name, functools.partial(part, host), {}))
    said["selinux"] = _selinux(host)
    return said


def _selinux(host):
    # type: (Host) -> str
    """The kernel's answer; of a disk only that it has a configuration."""
    enforcing = host.text("/sys/fs/selinux/enforce").strip()
    enforcing = enforcing or host.text("/selinux/enforce").strip()
    if enforcing:
        return "enforcing" if enforcing == "1" else "permissive"
    return "disabled" if host.exists("/etc/selinux/config") else "absent"
