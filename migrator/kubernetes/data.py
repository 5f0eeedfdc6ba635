"""An image with the data of the volumes: the host's own, whose tar unpacks them, and one layer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from migrator import tarformat
from migrator.kubernetes.given import Given
from migrator.snapshot import load
from migrator.store import Index, Store
from migrator.store.layout import MANIFEST
from migrator.store.stack import delta
from migrator.workdir import Workdir

Row = dict[str, Any]
PLACE = "migrator/data"
LAYER = "application/vnd.oci.image.layer.v1.tar"
CHUNK = 1 << 20
NAME = "{}/data"  # in the store; no host is called so


def added(given: Given, work: Workdir, built: Row) -> Given:
    """``given`` with the digest of that image, which is in the store then."""
    if not given.claims:
        return given
    store = Store(work.store)
    with store.used():
        digest, size = _layer(store, _blobs(given, work, store))
        manifest = store.document(built["manifest"])
        config = store.document(built["config"])
        diff_ids = [*config["rootfs"]["diff_ids"], digest]
        config["rootfs"] = {**config["rootfs"], "diff_ids": diff_ids}
        config.pop("history", None)
        config_digest, config_size = store.add(config)
        made = {
            **manifest,
            "config": {**manifest["config"], "digest": config_digest, "size": config_size},
            "layers": [
                *manifest["layers"],
                {"mediaType": LAYER, "digest": digest, "size": size},
            ],
        }
        image, image_size = store.add(made)
        described = {"mediaType": MANIFEST, "digest": image, "size": image_size}
        store.tag(NAME.format(work.host), described)
    return replace(given, data=image)


def _blobs(given: Given, work: Workdir, store: Store) -> dict[str, Path]:
    """Name of a claim -> one tar of all that its volume has."""
    names = {claim.path: claim.name for claim in given.claims}
    found = {}
    with Index(store) as index:
        for path, blobs in load(work).stacks():
            digests = [blob.digest for blob in blobs]
            whole = delta(store, index, (), digests, ()) if digests[1:] else None
            found[names[path]] = store.blob(whole.digest if whole else digests[0])
    return found


def _layer(store: Store, blobs: dict[str, Path]) -> tuple[str, int]:
    """(digest, size) of a plain tar, the same for the same data: what is in it is compressed."""
    with store.temporary() as handle:
        found, size = hashlib.sha256(), 0
        for piece in _pieces(blobs):
            found.update(piece)
            size += handle.write(piece)
        digest = f"sha256:{found.hexdigest()}"
        if not store.has(digest, size):
            store.publish(handle, digest)
    return digest, size


def _pieces(blobs: dict[str, Path]) -> Iterator[bytes]:
    for name, blob in sorted(blobs.items()):
        size = blob.stat().st_size
        path = f"{PLACE}/{name}.tar.gz".encode()
        yield tarformat.header(tarformat.Member(path, "f", 0o600, size=size))
        with blob.open("rb") as handle:
            while data := handle.read(CHUNK):
                yield data
        yield tarformat.padding(size)
    yield tarformat.END
