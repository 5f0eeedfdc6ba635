"""An image of an OCI archive into the store: what ``export`` wrote, or podman, skopeo or docker.

Every byte is compared with the digest that it goes by, and nothing gets a name before all that its
manifest leads to is there.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from migrator.errors import StoreDamaged, UsageError
from migrator.store.layout import MANIFEST, REF, REFERS, Store
from migrator.workdir import explained

CHUNK = 1 << 20
BLOB = re.compile(r"(?:\./)?blobs/sha256/([0-9a-f]{64})\Z")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}\Z")  # as a host's directory
LARGEST_INDEX = 1 << 24  # bytes
AGAIN = "copy it again from where it was written, and compare both with sha256sum"


@dataclass(frozen=True)
class Loaded:
    name: str
    digest: str  # of the manifest
    new: int  # bytes that the store did not have


def load(store: Store, archive: Path, name: str = "") -> Loaded:
    """Add the archive's image as ``name``, or as the archive calls it. Raises StoreDamaged when
    something of it is missing or is not what its digest says."""
    try:
        with archive.open("rb") as handle:
            index, new = _blobs(store, handle, archive)
    except tarfile.TarError as error:
        raise StoreDamaged(f"{archive} is no whole OCI archive ({error})", AGAIN) from error
    except OSError as error:
        if archive.is_file():
            raise explained(error, store.path) from error
        raise UsageError(f"cannot read {archive} ({error.strerror})", "name a file") from error
    image, about = _image(index, archive)
    for entry in (image, *about):
        _complete(store, entry, archive)
    called = name or image.get("annotations", {}).get(REF, "")
    if not NAME.match(called):
        hint = f"say what to call it: migrator store import {archive} NAME"
        raise UsageError(f"the image of {archive} is called {called!r}, as no host is", hint)
    store.tag(called, image, [_bare(entry) for entry in about])
    return Loaded(called, image["digest"], new)


def _blobs(store: Store, handle: IO[bytes], archive: Path) -> tuple[dict[str, Any], int]:
    """(index.json, bytes that were added to the store)."""
    index: dict[str, Any] | None = None
    new = 0
    with tarfile.open(fileobj=handle, mode="r|*") as members:
        for member in members:
            found = BLOB.match(member.name)
            data = members.extractfile(member) if member.isreg() else None
            if data and found:
                new += _blob(store, data, f"sha256:{found[1]}", member.size, archive)
            elif data and member.name.removeprefix("./") == "index.json":
                index = _document(data.read(LARGEST_INDEX), archive)
    if index is None:
        raise StoreDamaged(f"{archive} has no index.json", "name an OCI archive that is whole")
    return index, new


def _blob(store: Store, data: IO[bytes], digest: str, size: int, archive: Path) -> int:
    """One that is there already is read and compared as well: the archive is whole or it is not."""
    there = store.has(digest, size)
    found = hashlib.sha256()
    with store.temporary() as handle:
        while piece := data.read(CHUNK):
            found.update(piece)
            if not there:
                handle.write(piece)
        if f"sha256:{found.hexdigest()}" != digest:
            raise StoreDamaged(f"{archive} was altered: blob {digest} is not what it says", AGAIN)
        if not there:
            store.publish(handle, digest)
    return 0 if there else size


def _document(data: bytes, archive: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(data)
        fine = all(_is_descriptor(entry) for entry in found["manifests"])
    except (ValueError, TypeError, KeyError) as error:
        raise StoreDamaged(f"index.json of {archive} cannot be read", AGAIN) from error
    if not fine:
        raise StoreDamaged(f"index.json of {archive} names something without a digest", AGAIN)
    if not found["manifests"]:
        raise UsageError(f"there is no image in {archive}", "write one with 'store export'")
    return found


def _is_descriptor(entry: dict[str, Any]) -> bool:
    return bool(DIGEST.match(entry["digest"])) and isinstance(entry["size"], int)


def _image(index: dict[str, Any], archive: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The image, and what refers to it."""
    about = [entry for entry in index["manifests"] if REFERS in entry.get("annotations", {})]
    images = [entry for entry in index["manifests"] if entry not in about]
    if len(images) != 1:
        names = ", ".join(entry.get("annotations", {}).get(REF, "?") for entry in images)
        hint = "copy the one that you want with 'skopeo copy' into an archive of its own"
        raise UsageError(f"{archive} has {len(images)} images ({names or 'none'})", hint)
    return images[0], about


def _complete(store: Store, entry: dict[str, Any], archive: Path) -> None:
    if entry.get("mediaType", MANIFEST) != MANIFEST:
        hint = "copy it with 'skopeo copy --format oci' into an OCI archive"
        raise UsageError(f"{archive} holds {entry['mediaType']}, no OCI image", hint)
    parts = [entry]
    if store.has(entry["digest"], entry["size"]):
        try:
            manifest = store.document(entry["digest"])
            parts += [manifest["config"], *manifest["layers"]]
            fine = all(map(_is_descriptor, parts))
        except (ValueError, TypeError, KeyError):
            fine = False
        if not fine:
            raise StoreDamaged(f"manifest {entry['digest']} of {archive} cannot be read", AGAIN)
    for part in parts:
        if not store.has(part["digest"], part["size"]):
            raise StoreDamaged(f"{archive} ends too early: it lacks blob {part['digest']}", AGAIN)


def _bare(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "annotations"}
