"""What is missing here or on a host before a stage would stumble over it, and what mends it.

Each check is made by doing the real thing in small: connecting, becoming root, running the agent or
the runtime.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrator.carrier import Caller
from migrator.facts.target import TARGET_SCHEMA, load
from migrator.inventory import Inventory

GROUPS = ("sources", "targets")
COLLECTION = "ansible_collections/migrator/toolkit"
NOTHING = {
    **dict.fromkeys(("ports", "volumes", "peers", "names", "modules"), ()),
    **{"name": "migrator-doctor", "engine": "auto", "profile": "", "init": "systemd"},
    **{"init_version": 0, "ulimits": {}, "limits": {}, "capabilities": {}},
}
ROOM = 10 << 30  # bytes for the images of a few hosts


@dataclass(frozen=True)
class Check:
    """``fix`` is empty where nothing has to be done; ``needed`` is False for a mere advice."""

    subject: str
    found: str
    fix: str = ""
    needed: bool = True


def controller(work: Path) -> Iterator[Check]:
    yield Check("Python", platform.python_version())
    yield _ansible()
    yield _collection()
    ssh = shutil.which("ssh")
    paramiko = "not here; paramiko connects, which knows no ssh_config and no jump hosts"
    fix = "install OpenSSH's client (Debian: apt install openssh-client)"
    yield Check("ssh", ssh or paramiko, "" if ssh else fix, needed=False)
    skopeo = shutil.which("skopeo")
    yield Check(
        "skopeo",
        skopeo or "not here; only a registry of yours needs it",
        "" if skopeo else "apt install skopeo, or leave it",
        needed=False,
    )
    yield _work(work)


def _ansible() -> Check:
    version = importlib.metadata.version("ansible-core")
    missing = not shutil.which("ansible-playbook")
    place = Path(sys.executable).parent
    fix = f"ansible-playbook is not in PATH: export PATH={place}:$PATH" if missing else ""
    return Check("ansible-core", version, fix, needed=False)


def _collection() -> Check:
    there = [place for place in sys.path if Path(place, COLLECTION).is_dir()]
    found = str(Path(there[0], COLLECTION)) if there else "not found by this Python"
    return Check("collection", found, "" if there else "pip install migrator once more")


def _work(work: Path) -> Check:
    place = next(path for path in (work, *work.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(place).free
    found = f"{work.absolute()}, {free >> 30} GB free"
    if not os.access(place, os.W_OK):
        return Check("work", found, f"let {place} be written, or name another with --work")
    few = "few for images; free some, or name another disk with --work"
    return Check("work", found, few if free < ROOM else "", needed=False)


def inventory(found: Inventory) -> Iterator[Check]:
    for group in GROUPS:
        names = found.hosts([group]) if found.matches(group) else []
        fix = "" if names else f"add a group {group} to {found.sources}, for the playbook"
        yield Check(group, f"{len(names)} hosts", fix, needed=False)
    sources = found.hosts([GROUPS[0]]) if found.matches(GROUPS[0]) else []
    lost = [name for name in sources if not found.variables(name).get("migrator_target")]
    if lost:
        fix = "set migrator_target to the inventory name of the machine that shall run it"
        yield Check("migrator_target", f"none for {', '.join(lost[:5])}", fix, needed=False)


def source(host: Caller) -> Iterator[Check]:
    """What discover and snapshot need. Raises the MigratorError of a host that cannot be asked."""
    document = host.call("agent", "facts", {"root": "/"})
    yield Check(host.name, f"answers; the agent runs on Python {document['python']}")
    if not document["privileged"]:
        yield Check(host.name, "read as a plain user", "set ansible_become: true for it")
    for failure in document["failures"]:
        words = f"{failure['subject']}: {failure['message']}"
        yield Check(host.name, words, f"see 'migrator discover {host.name}'", needed=False)


def target(host: Caller) -> Iterator[Check]:
    """What launch needs, but for what depends on the host that is to move there."""
    answer = {"schema": TARGET_SCHEMA, "name": host.name, "skew": 0.0}
    found = load({**answer, **host.call("runtime", "examine", NOTHING)})
    yield Check(host.name, f"answers; {found.system.os_name}, {found.system.init} as init")
    engine = found.engine
    if not engine.chosen:
        yield Check(host.name, engine.refusal, engine.hint)
        return
    yield Check(host.name, f"containers are run by {engine.chosen}")
    if engine.error and engine.chosen in ("quadlet", "podman"):
        yield Check(host.name, engine.error, "mend what 'podman info' says there")
    elif found.storage.path:
        yield Check(host.name, f"{found.storage.path}, {found.storage.free >> 30} GB free")
    for trap in found.traps:
        yield Check(host.name, trap.message, trap.hint, needed=trap.fatal)
