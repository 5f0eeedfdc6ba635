"""The OCI image layout on disk: blobs named by their digest, and an index.json of tags.

A blob is written to a temporary name, synced and renamed: what is there is whole. Any number of
runs may add to one store at once; only ``gc`` needs it for itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from migrator.errors import Locked
from migrator.workdir import explained, make_private, private, write_json

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CREATED = "org.opencontainers.image.created"
REF = "org.opencontainers.image.ref.name"
REFERS = "io.migrator.refers-to"  # the name of the image that an untagged manifest is about
EMPTY_INDEX = {"schemaVersion": 2, "manifests": []}
LAYOUT = {"imageLayoutVersion": "1.0.0"}
PART = ".part-"


class Store:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.blobs = path / "blobs" / "sha256"

    def prepare(self) -> None:
        make_private(self.blobs)
        if not (self.path / "oci-layout").exists():
            write_json(self.path / "index.json", EMPTY_INDEX)
            write_json(self.path / "oci-layout", LAYOUT)

    def blob(self, digest: str) -> Path:
        return self.blobs / digest.removeprefix("sha256:")

    def has(self, digest: str, size: int) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return self.blob(digest).stat().st_size == size
        return False

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """While the block runs, nothing that is in the store is taken away."""
        self.prepare()
        with open(self.path / ".use", "w", opener=private) as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            self._clean()
            try:
                yield
            finally:  # once more: a killed writer may take a moment to die, on a slow disk
                self._clean()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """While the block runs, nobody else uses the store. Raises Locked."""
        self.prepare()
        with open(self.path / ".use", "w", opener=private) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Locked(
                    f"{self.path} is in use by another run", "wait until it ends"
                ) from error
            self._clean()
            yield

    def _clean(self) -> None:
        """Remove what killed runs left: a part that is being written is locked by its writer."""
        for part in self.blobs.glob(f"{PART}*"):
            with contextlib.suppress(FileNotFoundError, BlockingIOError), part.open("rb") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                part.unlink()

    @contextlib.contextmanager
    def temporary(self) -> Iterator[IO[bytes]]:
        """A file for a blob to be; it is gone when it was not published."""
        self.prepare()
        try:
            with tempfile.NamedTemporaryFile(dir=self.blobs, prefix=PART, delete=False) as handle:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX)
                    yield handle
                finally:
                    with contextlib.suppress(FileNotFoundError):
                        Path(handle.name).unlink()
        except OSError as error:
            raise explained(error, self.path) from error

    def publish(self, handle: IO[bytes], digest: str) -> None:
        """Give the blob its name once it is on the disk."""
        handle.flush()
        os.fsync(handle.fileno())
        Path(handle.name).replace(self.blob(digest))
        directory = os.open(self.blobs, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def add(self, document: Any) -> tuple[str, int]:
        """(digest, size) of ``document`` as a JSON blob."""
        return self.add_bytes(json.dumps(document, separators=(",", ":"), sort_keys=True).encode())

    def add_bytes(self, data: bytes) -> tuple[str, int]:
        """(digest, size) of ``data`` as a blob."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if not self.has(digest, len(data)):
            with self.temporary() as handle:
                handle.write(data)
                self.publish(handle, digest)
        return digest, len(data)

    def document(self, digest: str) -> Any:
        """The JSON blob of this digest."""
        return json.loads(self.blob(digest).read_bytes())

    def manifests(self) -> list[dict[str, Any]]:
        """The descriptors of the images in index.json, each with its name at REF."""
        return [entry for entry in self._entries() if REF in entry.get("annotations", {})]

    def described(self, name: str) -> list[dict[str, Any]]:
        """The descriptor of the image ``name``, then those of what refers to it, as its SBOM."""
        return [entry for entry in self._entries() if name in _about(entry)]

    def _entries(self) -> list[dict[str, Any]]:
        if not (self.path / "index.json").exists():
            return []
        index = json.loads((self.path / "index.json").read_text())
        found: list[dict[str, Any]] = index["manifests"]
        return found

    def sizes(self) -> dict[str, int]:
        """Digest -> size of each blob that is there."""
        return {
            f"sha256:{path.name}": path.stat().st_size
            for path in self.blobs.iterdir()
            if not path.name.startswith(PART)
        }

    def tag(
        self, name: str, descriptor: dict[str, Any], referrers: Sequence[dict[str, Any]] = ()
    ) -> None:
        """Let ``name`` mean the manifest of ``descriptor``, which the manifests of ``referrers``
        are about; other names stay."""
        notes = descriptor.get("annotations", {})
        tagged = {**descriptor, "annotations": {**notes, REF: name}}
        self._replace(name, [tagged, *({**r, "annotations": {REFERS: name}} for r in referrers)])

    def untag(self, name: str) -> None:
        self._replace(name, [])

    def _replace(self, name: str, by: list[dict[str, Any]]) -> None:
        with open(self.path / ".lock", "w", opener=private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            others = [entry for entry in self._entries() if name not in _about(entry)]
            write_json(self.path / "index.json", {**EMPTY_INDEX, "manifests": [*others, *by]})


def _about(entry: dict[str, Any]) -> tuple[str | None, str | None]:
    """(its own name, the name of what it refers to); one of them is None."""
    notes = entry.get("annotations", {})
    return notes.get(REF), notes.get(REFERS)
