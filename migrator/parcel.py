"""What a launch on another controller needs beside the image, as one more OCI artifact of it.

It holds the blobs of the host's volumes and a tar of the files of its work directory. Secrets are
in it as they lie there: sealed by Ansible Vault, without the key.
"""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from migrator import tarformat
from migrator.errors import StoreDamaged, UsageError
from migrator.referrers import EMPTY
from migrator.store import Store
from migrator.store.layout import MANIFEST, REF
from migrator.workdir import Workdir, explained, make_private, read_json

KIND = "application/vnd.migrator.host.v1"
FILES, VOLUME = f"{KIND}.files.tar", f"{KIND}.volume.tar"
FIXED = (
    "plan.yml", "plan.defaults.yml", "facts.json", "assessment.json", "snapshot.json",
    "ledger.jsonl.gz", "image.json", "scan.json", "sbom.cdx.json", "probes.json", "secrets.vault",
    "hostkeys.vault",
)  # fmt: skip
BELOW = re.compile(r"(?:hooks|patches)/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][\w.+@-]*\Z")


def pack(work: Workdir) -> dict[str, Any]:
    """Add it to the store, for whoever exports the image now; its descriptor."""
    store = Store(work.store)
    built = read_json(work.image, "build")
    images = {entry["annotations"][REF]: entry for entry in store.manifests()}
    if work.host not in images:
        raise UsageError(f"{work.host} has no image in {store.path}", "run 'migrator build' again")
    image = images[work.host]
    files, size = _files(work, store)
    blobs = [blob for volume in built["volumes"].values() for blob in volume["blobs"]]
    empty, empty_size = store.add({})
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": KIND,
        "config": _descriptor(EMPTY, empty, empty_size),
        "layers": [
            _descriptor(FILES, files, size),
            *(_descriptor(VOLUME, blob, _size(store, blob)) for blob in dict.fromkeys(blobs)),
        ],
        "subject": {key: image[key] for key in ("mediaType", "digest", "size")},
    }
    return {**_descriptor(MANIFEST, *store.add(manifest)), "artifactType": KIND}


def unpack(store: Store, name: str) -> list[str]:
    """The files of the parcel that came with the image ``name``, written into its work directory;
    none when none came. A plan.yml that is there stays: somebody has decided in it."""
    parcels = [entry for entry in store.described(name) if entry.get("artifactType") == KIND]
    if not parcels:
        return []
    work = Workdir(store.path.parent, name)
    if work.known.exists():
        hint = "import into another work directory with --work"
        raise UsageError(f"{work.path} is of a host that was snapshot from here", hint)
    manifest = store.document(parcels[0]["digest"])
    found = dict(_members(store.blob(manifest["layers"][0]["digest"]).read_bytes()))
    if work.plan.exists():
        found.pop(work.plan.name, None)
    with work.lock("store import"):
        for path in sorted(found, key=lambda path: path == work.image.name):  # it counts when whole
            _write(work.path / path, found[path], 0o700 if path.startswith("hooks/") else 0o600)
    return sorted(found)


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Only names that the toolkit gives: an archive may come from anywhere."""
    with tarfile.open(fileobj=io.BytesIO(data)) as found:
        for member in found:
            content = found.extractfile(member) if member.isreg() else None
            if content is None or not (member.name in FIXED or BELOW.match(member.name)):
                message = f"the archive would write {member.name!r} into the work directory"
                raise UsageError(message, "it is none of the toolkit's: do not trust it")
            yield member.name, content.read()


def _write(path: Path, data: bytes, mode: int) -> None:
    make_private(path.parent)
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
        temporary.replace(path)
    except OSError as error:
        raise explained(error, path) from error


def _files(work: Workdir, store: Store) -> tuple[str, int]:
    """(digest, size) of a tar that is the same for the same files."""
    paths = [work.path / name for name in FIXED]
    paths += [path for place in (work.hooks, work.patches) for path in sorted(place.rglob("*"))]
    packed = b""
    for path in (path for path in paths if path.is_file()):
        data = path.read_bytes()
        name = str(path.relative_to(work.path)).encode()
        member = tarformat.Member(name, "f", 0o600, size=len(data))
        packed += tarformat.header(member) + data + tarformat.padding(len(data))
    packed += tarformat.END
    return store.add_bytes(packed)


def _size(store: Store, digest: str) -> int:
    try:
        return store.blob(digest).stat().st_size
    except FileNotFoundError as error:
        hint = "run 'migrator snapshot --refresh' and 'migrator build'"
        raise StoreDamaged(f"blob {digest} is missing", hint) from error


def _descriptor(kind: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest, "size": size}
