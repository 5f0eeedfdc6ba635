"""Mounts, disks and what manages them, shares, quotas, and where data lies.

A mount that could hang is named, never touched.
"""

from __future__ import absolute_import, division, print_function

import functools

from migrator.agent.accounts import names
from migrator.agent.host import Host
from migrator.agent.storage.devices import devices
from migrator.agent.storage.exports import exports
from migrator.agent.storage.fstab import crypttab, fstab, swaps
from migrator.agent.storage.lvm import lvm
from migrator.agent.storage.marked import marked
from migrator.agent.storage.mounted import mounts
from migrator.agent.storage.multipath import multipath
from migrator.agent.storage.oddities import Oddities
from migrator.agent.storage.quotas import quotas
from migrator.agent.storage.raid import raid
from migrator.agent.storage.remote import automounts, initiator, iscsi
from migrator.agent.storage.snapshots import snapshots
from migrator.agent.storage.state import runtime, state
from migrator.agent.storage.usage import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

ALONE = (
    ("mounts", mounts, []),
    ("fstab", fstab, []),
    ("crypttab", crypttab, []),
    ("devices", devices, []),
    ("raid", raid, []),
    ("multipath", multipath, []),
    ("iscsi_initiator", initiator, ""),
    ("iscsi", iscsi, []),
    ("exports", exports, []),
    ("automounts", automounts, []),
    ("marked", marked, []),
    ("runtime", runtime, []),
)  # type: tuple[tuple[str, Callable[[Host], Any], Any], ...]
# These are also given what was read before them.
AFTER = (
    ("swaps", swaps, []),
    ("lvm", lvm, {}),
    ("quotas", quotas, []),
    ("snapshots", snapshots, []),
)  # type: tuple[tuple[str, Callable[[Host, dict[str, Any]], Any], Any], ...]


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    said = {}  # type: dict[str, Any]
    for name, part, empty in ALONE:
        said[name] = host.part("storage." + name, functools.partial(part, host), empty)
    for name, later, empty in AFTER:
        said[name] = host.part("storage." + name, functools.partial(later, host, said), empty)
    users = names(host)
    odd = Oddities(users)
    said["usage"] = host.part("storage.usage", lambda: usage(host, found["taken_at"], odd), [])
    said["oddities"] = odd.done()
    said["state"] = host.part("storage.state", lambda: state(host, users), [])
    return said
