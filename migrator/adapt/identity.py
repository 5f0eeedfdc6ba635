"""Identity: by default the container is the same machine as before; a plan may want a new one."""

from __future__ import annotations

from migrator.adapt.change import Change, Tree
from migrator.facts import Facts
from migrator.plan import Plan


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    changes = []
    if plan.identity.machine_id == "reset":
        reason = "a new machine id is made at the first start"
        changes.append(Change("identity", "write", "/etc/machine-id", reason, b""))
    if plan.identity.host_keys == "reset":
        reason = "new host keys are made by 'ssh-keygen -A' at the first start"
        keys = [secret.path for secret in found.secrets if secret.kind == "ssh-host-key"]
        names = [name for key in keys for name in (key, f"{key}.pub") if tree.exists(name)]
        changes += [Change("identity", "remove", name, reason) for name in names]
    return changes
