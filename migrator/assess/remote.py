"""Rules about file systems of other hosts, which are mounted always or when they are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts

SMB = re.compile(r"(cifs|smb3|smbfs)$")
NETWORK = re.compile(
    r"(nfs4?|ceph|lustre|gpfs|9p|afs|beegfs|glusterfs|davfs|sshfs|fuse\.(sshfs|glusterfs|ceph|s3fs"
    r"|rclone|gcsfuse|blobfuse2?|goofys|mfs))$"
)
HIDDEN = "<redacted>"
# Lines that autofs ships with.
AUTOFS_OWN = re.compile(r"/(misc|net)$")


def _on_target(finding: Finding) -> dict[str, Any] | None:
    """systemd makes the mount point of a line in fstab when it mounts it. A line whose password
    stayed on the host mounts nothing, and the kernel does not know what a FUSE program mounted."""
    if HIDDEN in finding.evidence or (
        " fuse." in finding.evidence and finding.where[:5] != "/etc/"
    ):
        return None
    line = {"path": "/etc/fstab", "line": finding.evidence}
    return {
        "name": "Let the target mount what the host mounted",
        "ansible.builtin.lineinfile": line,
    }


def _remote(found: Facts, wanted: re.Pattern[str]) -> Iterator[Evidence]:
    """What is mounted, as lines of fstab, and what fstab would mount besides."""
    lines = {line.path: line for line in found.storage.fstab if wanted.match(line.fstype)}
    for mount in found.storage.mounts:
        if wanted.match(mount.fstype) and mount.path not in lines:
            words = (mount.source, mount.path, mount.fstype, mount.options, "0", "0")
            yield mount.path, " ".join(word.replace(" ", "\\040") for word in words)
    for line in lines.values():
        yield line.where, line.raw


@rule(
    "STO-03",
    Level.OVERRIDABLE,
    "A network file system is mounted",
    "A container may not mount it; the data is not copied.",
    "Mount it on the target and bind it into the container.",
    side="target",
    task=_on_target,
)
def network(found: Facts) -> Iterator[Evidence]:
    yield from _remote(found, NETWORK)


@rule(
    "STO-05",
    Level.OVERRIDABLE,
    "A share of Windows or Samba is mounted",
    "A container may not mount it; the data is not copied, and its password stays on the host.",
    "Mount it on the target, with its credentials file, and bind it into the container.",
    side="target",
    task=_on_target,
)
def smb(found: Facts) -> Iterator[Evidence]:
    yield from _remote(found, SMB)


@rule(
    "STO-06",
    Level.OVERRIDABLE,
    "Directories are mounted when they are used",
    "autofs asks the kernel for mounts, which a container may not make.",
    "Run autofs on the target and bind its directory with propagation rslave, or mount what is"
    " needed there for good.",
    side="target",
)
def automounts(found: Facts) -> Iterator[Evidence]:
    unit = found.unit("autofs.service")
    if unit and (unit.active == "active" or unit.enabled == "enabled"):
        for row in found.storage.automounts:
            if not row.key and row.path and not AUTOFS_OWN.match(row.path):
                yield row.where, row.raw
