"""The container engine of the target, and where it stores."""

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Tuple

from migrator.runtime.run import Explained, attempt, output

GENERATORS = ("/usr/lib/systemd/system-generators", "/lib/systemd/system-generators")
# Of a file capability that lets a program bind low ports, and of an ACL that lets user 1 read.
ATTRIBUTES = {
    "user": ("user.migrator", b"1"),
    "trusted": ("trusted.migrator", b"1"),
    "capability": (
        "security.capability",
        bytes.fromhex("0100000200040000000000000000000000000000"),
    ),
    "acl": (
        "system.posix_acl_access",
        bytes.fromhex(
            "0200000001000600ffffffff020004000100000004000400ffffffff10000400ffffffff"
            "20000400ffffffff"
        ),
    ),
}


def version(text: str) -> Tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else (0, 0)


def has_generator() -> bool:
    return any(Path(place, "podman-system-generator").exists() for place in GENERATORS)


def read() -> Dict[str, Any]:
    said = attempt(["podman", "--version"])
    if said.returncode:
        return {"generator": has_generator()}
    version_only = {
        "name": "podman",
        "version": said.stdout.decode().strip().rpartition(" ")[2],
        "generator": has_generator(),
    }
    try:
        return dict(version_only, **_details())
    except Explained as error:
        return dict(version_only, error=error.message)


def _details() -> Dict[str, Any]:
    info = json.loads(output(["podman", "info", "--format", "json"]))
    host, store = info["host"], info["store"]
    words = (host.get("ociRuntime") or {}).get("version") or ""
    return {
        "runtime": (words.splitlines() or [""])[0],
        "network": host.get("networkBackend", ""),
        "driver": store.get("graphDriverName", ""),
        "subnets": _subnets(),
    }


def _subnets() -> List[str]:
    """Of the network that containers are put into."""
    found = json.loads(output(["podman", "network", "inspect", "podman"]))
    return [subnet["subnet"] for subnet in found[0].get("subnets") or []]


def backing() -> str:
    """The file system below podman's storage."""
    shown = '{{index .Store.GraphStatus "Backing Filesystem"}}'
    return output(["podman", "info", "--format", shown]).strip()


def storage(path: str) -> Dict[str, Any]:
    """Room where images and volumes are stored, at ``path``, and what files can have there."""
    room = os.statvfs(path)
    return {
        "path": path,
        "free": room.f_bavail * room.f_frsize,
        "inodes": room.f_favail if room.f_files else -1,
        "attributes": [kind for kind in ATTRIBUTES if _takes(path, kind)],
    }


def _takes(path: str, kind: str) -> bool:
    """A file without a name is tried: it is gone when it is closed."""
    name, value = ATTRIBUTES[kind]
    try:
        with tempfile.TemporaryFile(dir=path) as trial:
            os.setxattr(trial.fileno(), name, value)
    except OSError:
        return False
    return True
