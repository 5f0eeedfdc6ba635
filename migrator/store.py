"""The store: a standard OCI image layout that all hosts share.

A layer's blob is a sequence of independent gzip members, so that one file can be read back without
the rest. Blobs are named by their digest and published by a rename: what is there is whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from isal import isal_zlib

from migrator.errors import StoreDamaged
from migrator.tarformat import END
from migrator.workdir import explained, make_private, private, write_json

MEMBER = 1 << 20  # bytes of content after which a gzip member ends at the next file
CHUNK = 1 << 20
GZIP = 31  # zlib's number for a gzip header around the largest window
REF = "org.opencontainers.image.ref.name"
EMPTY_INDEX = {"schemaVersion": 2, "manifests": []}


@dataclass(frozen=True)
class Layer:
    """A finished layer blob: compressed digest and size, digest and size of the tar in it."""

    digest: str
    size: int
    diff_id: str
    raw_size: int


class LayerWriter:
    """Writes a tar as gzip members. ``write`` takes tar bytes."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self._compressed = hashlib.sha256()
        self._plain = hashlib.sha256()
        self._size = self._raw_size = 0
        self._begin()

    def _begin(self) -> None:
        self._pending = 0
        self._member_at = self._size
        self._gzip = isal_zlib.compressobj(level=1, wbits=GZIP)

    def new_file(self) -> None:
        """A place where the content before and after need not be read back together."""
        if self._pending >= MEMBER:
            self._put(self._gzip.flush())
            self._begin()

    @property
    def place(self) -> tuple[int, int]:
        """(offset of the gzip member in the blob, offset in it) of what is written next."""
        return self._member_at, self._pending

    def write(self, data: bytes) -> None:
        self._plain.update(data)
        self._raw_size += len(data)
        self._pending += len(data)
        self._put(self._gzip.compress(data))

    def close(self) -> Layer:
        self.write(END)
        self._put(self._gzip.flush())
        digests = (f"sha256:{h.hexdigest()}" for h in (self._compressed, self._plain))
        return Layer(next(digests), self._size, next(digests), self._raw_size)

    def _put(self, data: bytes) -> None:
        self._compressed.update(data)
        self._size += len(data)
        self._handle.write(data)


class Store:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._blobs = path / "blobs" / "sha256"

    def prepare(self) -> None:
        make_private(self._blobs)
        if not (self.path / "oci-layout").exists():
            write_json(self.path / "oci-layout", {"imageLayoutVersion": "1.0.0"})
            write_json(self.path / "index.json", EMPTY_INDEX)

    def blob(self, digest: str) -> Path:
        return self._blobs / digest.removeprefix("sha256:")

    @contextlib.contextmanager
    def temporary(self) -> Iterator[IO[bytes]]:
        """A file for a blob to be; it is gone when it was not published."""
        self.prepare()
        with tempfile.NamedTemporaryFile(dir=self._blobs, prefix=".part-", delete=False) as handle:
            try:
                yield handle
            except OSError as error:
                raise explained(error, self.path) from error
            finally:
                with contextlib.suppress(FileNotFoundError):
                    Path(handle.name).unlink()

    def publish(self, handle: IO[bytes], digest: str) -> None:
        """Give the blob its name once it is on the disk."""
        try:
            handle.flush()
            os.fsync(handle.fileno())
        except OSError as error:
            raise explained(error, self.path) from error
        Path(handle.name).replace(self.blob(digest))

    def add(self, document: Any) -> tuple[str, int]:
        """(digest, size) of ``document`` as a JSON blob."""
        data = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        with self.temporary() as handle:
            handle.write(data)
            self.publish(handle, digest)
        return digest, len(data)

    def tag(self, name: str, descriptor: dict[str, Any]) -> None:
        """Let ``name`` mean the manifest of ``descriptor``; other names stay."""
        index = self.path / "index.json"
        with open(self.path / ".lock", "w", opener=private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            document = json.loads(index.read_text())
            others = [m for m in document["manifests"] if m.get("annotations", {}).get(REF) != name]
            tagged = {**descriptor, "annotations": {REF: name}}
            write_json(index, {**document, "manifests": [*others, tagged]})

    def read(self, digest: str, at: tuple[int, int], size: int) -> bytes:
        """``size`` bytes of a layer's tar from the place that ``LayerWriter.place`` gave."""
        member, offset = at
        found = b""
        unzip = isal_zlib.decompressobj(wbits=GZIP)
        try:
            with self.blob(digest).open("rb") as handle:
                handle.seek(member)
                while len(found) < offset + size and not unzip.eof:
                    found += unzip.decompress(handle.read(CHUNK))
        except (OSError, isal_zlib.IsalError) as error:
            raise StoreDamaged(
                f"blob {digest} is damaged ({error})", "take the snapshot again"
            ) from error
        return found[offset : offset + size]
