"""One image of the store as an OCI archive: a tar that podman, skopeo and docker load."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from migrator import tarformat
from migrator.errors import StoreDamaged, UsageError
from migrator.store.layout import EMPTY_INDEX, LAYOUT, REF, REFERS, Store
from migrator.workdir import explained, private

CHUNK = 1 << 20


def export(store: Store, name: str, target: Path, more: Sequence[dict[str, Any]] = ()) -> int:
    """Write the image that ``name`` means, and what refers to it, to ``target``; its size.
    ``more``: descriptors of what refers to it in this archive alone.

    The same image gives the same bytes. ``target`` is replaced when all is written.
    """
    tags = [m["annotations"][REF] for m in store.manifests()]
    if name not in tags:
        known = ", ".join(sorted(tags)) or "nothing yet"
        raise UsageError(f"{name} is not in {store.path}", f"it has {known}")
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(temporary, "wb", opener=private) as handle:
            about = [{**entry, "annotations": {REFERS: name}} for entry in more]
            _write(handle, store, [*store.described(name), *about])
            handle.flush()
            os.fsync(handle.fileno())
            size = handle.tell()
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise explained(error, target) from error
    return size


def _write(handle: IO[bytes], store: Store, manifests: list[dict[str, Any]]) -> None:
    index = {**EMPTY_INDEX, "manifests": manifests}
    _add(handle, "index.json", json.dumps(index, sort_keys=True).encode())
    _add(handle, "oci-layout", json.dumps(LAYOUT).encode())
    for digest in sorted({blob for entry in manifests for blob in _blobs(store, entry["digest"])}):
        path = store.blob(digest)
        try:
            size = path.stat().st_size
        except FileNotFoundError as error:
            hint = "run 'migrator snapshot --refresh' and 'migrator build'"
            raise StoreDamaged(f"blob {digest} is missing", hint) from error
        _head(handle, f"blobs/sha256/{path.name}", size)
        with path.open("rb") as blob:
            while data := blob.read(CHUNK):
                handle.write(data)
        handle.write(tarformat.padding(size))
    handle.write(tarformat.END)


def _blobs(store: Store, digest: str) -> list[str]:
    manifest = store.document(digest)
    return [digest, manifest["config"]["digest"], *(x["digest"] for x in manifest["layers"])]


def _add(handle: IO[bytes], name: str, data: bytes) -> None:
    _head(handle, name, len(data))
    handle.write(data + tarformat.padding(len(data)))


def _head(handle: IO[bytes], name: str, size: int) -> None:
    handle.write(tarformat.header(tarformat.Member(name.encode(), "f", 0o644, size=size)))
