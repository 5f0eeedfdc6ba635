"""Walk a host, unless it is as it was: that the frames of its last walk tell, by their digests.

To see that, no path needs to be unpacked. They are kept when a snapshot is finished, and only when
all contents of its walk are known by their digests; the next one forgets them before it writes.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from migrator.agent import frames
from migrator.carrier import Carrier
from migrator.entries import Stream, read_tree
from migrator.errors import MigratorError
from migrator.facts import Facts
from migrator.progress import Progress
from migrator.sorting import Sorting
from migrator.workdir import Workdir, explained, read_json, write_json

API_DIRECTORIES = ("/proc", "/sys", "/dev", "/run", "/tmp")  # mounted by every init and engine
BEGIN = b"T"  # the kind of the frame with the host's clock, which is never the same


def place(work: Workdir) -> Path:
    return work.path / "walked.json"


def last(work: Workdir) -> list[str]:
    """The digests of the last walk in their order, none when it is not to be relied upon."""
    try:
        return list(read_json(place(work), "snapshot")["frames"])
    except (MigratorError, KeyError, TypeError):
        return []


def keep(work: Workdir, digests: Sequence[str]) -> None:
    write_json(place(work), {"frames": digests})


def forget(work: Workdir) -> None:
    place(work).unlink(missing_ok=True)


def walk(
    source: Carrier, found: Facts, sorting: Sorting, before: Sequence[str], progress: Progress
) -> bool:
    """Whether it is as the last walk, whose frames were ``before``."""
    params = {"root": found.root, "mounts": _entered(found)}
    label = f"walk of {found.system.hostname}"
    try:
        with (
            source.stream("agent", "tree", params) as channel,
            Walked(channel.stdout, sorting.place / "frames") as walked,
        ):
            if walked.same(before):
                return True
            for item in read_tree(walked, sorting.began, walked.seen):
                sorting.add(item)
                if not sorting.count & 1023:
                    progress.update(sorting.count, 0, label)
            sorting.frames = walked.digests
    except OSError as error:
        raise explained(error, sorting.place) from error
    return sorting.same


def _entered(found: Facts) -> list[str]:
    """Mounts that hold the host's own data; the others are named in the ledger, not touched."""
    return [
        mount.path
        for mount in found.storage.mounts
        if (mount.kind == "local" or mount.fstype == "tmpfs")
        and not (mount.path + "/").startswith(tuple(f"{top}/" for top in API_DIRECTORIES))
    ]


class Walked:
    """A walk's stream, to be read as such. ``path``: for what came before it differed."""

    def __init__(self, stream: Stream, path: Path) -> None:
        self._stream = stream
        self._kept = path.open("w+b")
        self.digests: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    def same(self, before: Sequence[str]) -> bool:
        """Whether just the frames of ``before`` come; if not, all can still be read."""
        if not before:
            return False
        with contextlib.suppress(frames.FrameError):  # who reads it sees the same, and says so
            frames.skip_to_magic(self._stream)
            self._kept.write(frames.MAGIC)
            for expected in before:
                if self._next() != expected:
                    break
            else:
                return True
        self._kept.seek(0)
        return False

    def _next(self) -> str:
        """The digest of the next frame."""
        kind = BEGIN
        while kind == BEGIN:
            kind, payload = frames.read(self._stream)
            frames.write(self._kept, kind, payload)
        return _digest(kind, payload)

    def read(self, size: int) -> bytes:
        return self._kept.read(size) or self._stream.read(size)

    def seen(self, kind: bytes, payload: bytes) -> None:
        """A frame that was read."""
        if kind != BEGIN:
            self.digests.append(_digest(kind, payload))


def _digest(kind: bytes, payload: bytes) -> str:
    return hashlib.sha256(kind + payload).hexdigest()
