"""The frames of a host's last walk by their digests: when the same come again, nothing changed.

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
from migrator.entries import Stream
from migrator.errors import MigratorError
from migrator.workdir import Workdir, read_json, write_json

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
