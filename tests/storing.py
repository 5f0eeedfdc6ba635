"""Layers of made-up files, for the tests of the store."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from migrator import tarformat
from migrator.looked import Hits
from migrator.search import Search
from migrator.store import BlobWriter, Index, Layer, Store
from migrator.store.codec import GZIP, Codec, of_file
from migrator.tarformat import Member

Files = Sequence[tuple[str, bytes]]
MANY = tuple((f"d/{n}", b"%d\n" % n * (n % 700)) for n in range(300))
BIG = ("big", bytes(range(256)) * 20_000)


def put(store: Store, files: Files, known: bool = False, codec: Codec = GZIP) -> Layer:
    """A layer of ``files``; with ``known`` only their digests are given."""
    return searched(store, files, known, codec)[0]


def searched(
    store: Store,
    files: Files,
    known: bool = False,
    codec: Codec = GZIP,
    search: Search | None = None,
) -> tuple[Layer, Hits | None]:
    """The same, and what ``search`` found in it meanwhile."""
    with Index(store) as index, store.temporary() as handle:
        writer = BlobWriter(handle, index, codec, search)
        for number, (name, data) in enumerate(files):
            if not number % 32:
                writer.end_run()
            head = tarformat.header(Member(name.encode(), "f", 0o644, size=len(data)))
            digest = hashlib.sha256(data).digest()
            writer.content(head, digest, len(data), None if known else (data,))
        key, layer, new = writer.close()
        if new:
            store.publish(handle, layer.digest)
            index.add(key, layer, writer.spans)
    return layer, writer.hits


def plain(store: Store, layer: Layer) -> dict[str, bytes]:
    """The layer as the codec's own program and tarfile see it."""
    blob = store.blob(layer.digest)
    made = of_file(blob)
    assert made
    done = subprocess.run([made.name, "-cd", blob], capture_output=True, check=True)
    assert f"sha256:{hashlib.sha256(done.stdout).hexdigest()}" == layer.diff_id
    assert len(done.stdout) == layer.raw_size
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as found:
        return {info.name: found.extractfile(info).read() for info in found}  # type: ignore[union-attr]


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)
