"""Images that no toolkit made, as OCI layouts: a root file system of the lab, a program on top."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from lab.recipe import load
from lab.rootfs import rootfs

TYPE = "application/vnd.oci.image"
LEFT_OUT = ("usr/share/doc", "usr/share/locale", "usr/share/man", "var/cache/apt", "var/lib/apt")
USER = "shopper:x:1234:1234::/home/shopper:/bin/sh\n"
GREETING = "a=b 'c' \"d\" $e %f"
PROGRAM = """\
#!/bin/sh
echo "I am $(id -un) ($(id -u):$(id -g)) in $(pwd) with $HOME, $GREETING, $*"
trap 'echo told to end; exit 0' QUIT
while [ ! -e /tmp/end ]; do sleep 0.1; done
exit 7
"""
CONFIG = {
    "User": "shopper",
    "WorkingDir": "/opt/shop",
    "Entrypoint": ["shop"],
    "Cmd": ["two words", "$HOME 100%"],
    "Env": ["PATH=/opt/shop:/usr/sbin:/usr/bin:/sbin:/bin", f"GREETING={GREETING}"],
    "StopSignal": "SIGQUIT",
    "Volumes": {"/opt/shop/data": {}},
}


def layout(place: Path, recipe: str, base: Path) -> Path:
    """An image with this root file system, whose layer is made once in ``base``."""
    root = rootfs(load(recipe), print)
    (place / "blobs" / "sha256").mkdir(parents=True)
    lower = base / f"{recipe}.tar"
    if not lower.exists():
        leave = [f"--exclude=./{path}" for path in LEFT_OUT]
        subprocess.run(["tar", "-C", root, "-cf", lower, *leave, "."], check=True)
    layers = [_move(place, lower), _blob(place, _upper(root), f"{TYPE}.layer.v1.tar")]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": CONFIG,
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]},
    }
    described = _blob(place, json.dumps(config).encode(), f"{TYPE}.config.v1+json")
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{TYPE}.manifest.v1+json",
        "config": described,
        "layers": layers,
    }
    entry = _blob(place, json.dumps(manifest).encode(), manifest["mediaType"])
    (place / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (place / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return place


def _move(place: Path, layer: Path) -> dict[str, Any]:
    with layer.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    (place / "blobs" / "sha256" / digest).hardlink_to(layer)
    size = layer.stat().st_size
    return {"mediaType": f"{TYPE}.layer.v1.tar", "digest": f"sha256:{digest}", "size": size}


def _blob(place: Path, data: bytes, kind: str) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    (place / "blobs" / "sha256" / digest).write_bytes(data)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(data)}


def _upper(root: Path) -> bytes:
    """The program, its user, a file on its volume, and dumb-init of this machine."""
    passwd = (root / "etc/passwd").read_text() + USER
    dumb_init = Path(shutil.which("dumb-init") or "").read_bytes()
    files = {
        "etc/passwd": (passwd.encode(), 0o644),
        "opt/shop/shop": (PROGRAM.encode(), 0o755),
        "opt/shop/data/seed": (b"of the image\n", 0o644),
        "usr/bin/dumb-init": (dumb_init, 0o755),
    }
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, (data, mode) in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), mode
            archive.addfile(member, io.BytesIO(data))
    return made.getvalue()
