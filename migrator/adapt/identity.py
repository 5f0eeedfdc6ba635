"""Identity: a move keeps what the host is known by, a clone gets another one.

``identity: {machine_id: keep, host_keys: keep}`` is for a host that moves: source and container
must not both be in service. ``reset`` is for one whose source lives on. Another machine id means
that agents and licences bound to it register anew, and that the journal from before is shown only
with ``journalctl --merge``; it follows from the old one and the names in the plan, so that it stays
the same at every start. Other host keys are made by ``build`` once and kept in the work directory;
every ssh client that knows the host is warned until its known_hosts is changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, link, remove, write
from migrator.facts import Facts
from migrator.plan import Plan

MACHINE_ID = "/etc/machine-id"
DBUS = "/var/lib/dbus/machine-id"
HOST_KEY = "ssh-host-key"
OTHER_ID = "the source stays in service under the old machine id"
OTHER_KEYS = "the source stays in service with the old host keys; the new ones come with the launch"


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    return [*_machine_id(found, plan, tree), *_host_keys(found, plan, tree)]


def _machine_id(found: Facts, plan: Plan, tree: Tree) -> Iterator[Change]:
    if plan.identity.machine_id != "reset":
        return
    new = machine_id(found.system.machine_id or found.system.dbus_machine_id, plan)
    if tree.exists(MACHINE_ID):
        yield from write("identity", tree, MACHINE_ID, f"{new}\n", OTHER_ID)
        if tree.exists(DBUS):
            yield from link("identity", tree, DBUS, MACHINE_ID, OTHER_ID)
    elif tree.exists(DBUS):
        yield from write("identity", tree, DBUS, f"{new}\n", OTHER_ID)


def machine_id(old: str, plan: Plan) -> str:
    """One that nobody can tell the old one from; a random UUID by its form, as systemd wants."""
    seen = hashlib.sha256("\0".join((old, plan.host, plan.network.hostname)).encode()).digest()
    made = bytearray(seen[:16])
    made[6] = made[6] & 0x0F | 0x40
    made[8] = made[8] & 0x3F | 0x80
    return made.hex()


def host_keys(found: Facts) -> list[str]:
    return [secret.path for secret in found.secrets if secret.kind == HOST_KEY]


def _host_keys(found: Facts, plan: Plan, tree: Tree) -> Iterator[Change]:
    if plan.identity.host_keys == "reset":
        for key in host_keys(found):
            for path in (key, f"{key}.pub", f"{key}-cert.pub"):
                yield from remove("identity", tree, path, OTHER_KEYS)
