"""One path of a host's file system, typed: the controller's view of the agent's tree records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from migrator.agent import frames
from migrator.errors import ProtocolError


@dataclass(frozen=True, slots=True)
class Entry:
    """``path`` is relative to the root, without a leading slash; ``b""`` is the root itself.

    ``kind``: f file, d directory, l symlink, c/b device, p FIFO, s socket, m mount point that was
    not entered.
    Times are nanoseconds since 1970. ``segments`` are the (offset, length) of data of a file with
    holes, else None. ``package`` names the owner in the package database, ``""`` for none.
    """

    path: bytes
    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime_ns: int
    ctime_ns: int
    dev: int
    ino: int
    nlink: int
    major: int
    minor: int
    target: bytes
    xattrs: tuple[tuple[bytes, bytes], ...]
    segments: tuple[tuple[int, int], ...] | None
    package: str

    @property
    def text(self) -> str:
        """The absolute path for people and JSON; undecodable bytes become surrogates."""
        return _text(self.path)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A path that the agent saw but could not read, with the system's reason."""

    path: bytes
    reason: str

    @property
    def text(self) -> str:
        return _text(self.path)


def _text(path: bytes) -> str:
    return "/" + path.decode("utf-8", "surrogateescape")


def read_tree(stream: BinaryIO) -> Iterator[Entry | Unreadable]:
    """Entries of an agent's ``tree`` stream, in the order of the walk.

    Raises ProtocolError for a malformed or truncated stream, and for paths that leave the root or
    come twice out of order: a source host is not trusted.
    """
    count = 0
    try:
        frames.skip_to_magic(stream)
        while True:
            kind, payload = frames.read(stream)
            if kind == b"E":
                yield _entry(frames.unpack_entry(payload))
                count += 1
            elif kind == b"X":
                path, _, reason = payload[4:].partition(b"\0")
                yield Unreadable(path, reason.decode("utf-8", "replace"))
            elif kind == b"Z":
                (expected,) = frames.COUNT.unpack(payload)
                if expected != count:
                    raise ProtocolError(f"the agent sent {count} entries and announced {expected}")
                return
            else:
                raise ProtocolError(f"unexpected frame {kind!r} in a tree")
    except frames.FrameError as error:
        raise ProtocolError(
            f"the tree stream is broken ({error})", "run the stage again"
        ) from error


def _entry(fields: tuple[Any, ...]) -> Entry:
    path: bytes = fields[0]
    if path and (b"\0" in path or any(part in (b"", b".", b"..") for part in path.split(b"/"))):
        raise ProtocolError(f"the agent sent the path {path[:200]!r}, which no walk can produce")
    kind = fields[1].decode("ascii", "replace")
    if kind not in "fdlcbpsm":
        raise ProtocolError(f"the agent sent a path of unknown kind {kind!r}")
    segments = None if fields[15] is None else tuple(fields[15])
    package = fields[16].decode("utf-8", "replace")
    return Entry(*(path, kind, *fields[2:14], tuple(fields[14]), segments, package))
