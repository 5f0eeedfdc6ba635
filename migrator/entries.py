"""One path of a host's file system, typed: the controller's view of the agent's tree records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from migrator.agent import frames
from migrator.agent.records import Reader
from migrator.errors import ProtocolError

_entry = tuple.__new__  # which Entry calls with its arguments: this is for a whole tuple
KINDS = {letter.encode(): letter for letter in "fdlcbpsm"}


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Entry(NamedTuple):  # a tuple, since a million of them are made several times
    """``path`` is relative to the root, without a leading slash; ``b""`` is the root itself.

    ``kind``: f file, d directory, l symlink, c/b device, p FIFO, s socket, m mount point that was
    not entered: its attributes are unknown, because touching it could hang.
    Times are nanoseconds since 1970. ``segments`` are the (offset, length) of data of a file with
    holes, else None. ``package`` names the owner in the package database, ``""`` for none.
    ``inode_flags`` are those that people set and lsattr shows, of a file once it was read: 0x10
    immutable, 0x20 append-only, 0x40 no dump.
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
    inode_flags: int = 0

    @property
    def stored(self) -> int:
        """Bytes of data of its content, without its holes."""
        return self.size if self.segments is None else sum(size for _, size in self.segments)

    @property
    def text(self) -> str:
        """The absolute path for people and JSON; undecodable bytes become surrogates."""
        return "/" + self.path.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A path that the agent saw but could not read, with the system's reason."""

    path: bytes
    reason: str

    @property
    def text(self) -> str:
        return "/" + self.path.decode("utf-8", "surrogateescape")


def read_tree(
    stream: Stream,
    began: Callable[[int], None] = lambda moment: None,
    seen: Callable[[bytes, bytes], None] = lambda kind, payload: None,
) -> Iterator[Entry | Unreadable]:
    """Entries of an agent's ``tree`` stream, in the order of the walk: depth first, sorted by name
    in each directory, so each path comes once and after the directory that it is in. ``began`` is
    told the time of the host's clock before it looked at the first of them, in nanoseconds, and
    ``seen`` each frame.

    Raises ProtocolError for a stream that is malformed, truncated, or not such a walk: a source
    host is not trusted. Memory is bounded by the largest frame and the longest path.
    """
    walk = _Walk()
    try:
        frames.skip_to_magic(stream)
        while True:
            kind, payload = frames.read(stream)
            seen(kind, payload)
            if kind == b"E":
                reader = Reader(frames.inflated(payload))
                while reader.more():
                    yield walk.entry(reader.record())
            elif kind == b"T":
                began(frames.unpack_count(payload))
            elif kind == b"X":
                yield Unreadable(*frames.split_lost(payload))
            elif kind == b"Z":
                expected = frames.unpack_count(payload)
                if expected != walk.count:
                    raise ProtocolError(
                        f"the agent sent {walk.count} entries and announced {expected}"
                    )
                return
            else:
                raise ProtocolError(f"unexpected frame {kind!r} in a tree")
    except frames.FrameError as error:
        raise ProtocolError(
            f"the tree stream is broken ({error})", "run the stage again"
        ) from error


class _Walk:
    """Where the walk is: the path before is all that is needed to judge the next one."""

    def __init__(self) -> None:
        self.count = 0
        self._path = b""
        self._kind = "d"
        self._packages = {b"": ""}  # one object for all files of a package

    def entry(self, record: tuple[Any, ...]) -> Entry:
        """The next path. It lies in a directory that came before, behind its siblings there."""
        kind = KINDS.get(record[0], "")
        shared, name = record[10], record[11]
        path = self._joined(shared, name) if self.count else self._root(shared, name, kind)
        if not kind:
            raise ProtocolError(f"the agent sent a path of unknown kind {record[0]!r}")
        self.count += 1
        self._path, self._kind = path, kind
        target, major, minor, package, xattrs, segments, flags = record[12:]
        text = self._packages.get(package)
        if text is None:
            text = self._packages[package] = package.decode("utf-8", "replace")
        return _entry(
            Entry,
            (path, kind, *record[1:10], major, minor, target, xattrs, segments, text, flags),
        )

    def _root(self, shared: int, name: bytes, kind: str) -> bytes:
        if shared or name or kind != "d":
            raise ProtocolError("the agent's tree does not begin with its root")
        return b""

    def _joined(self, shared: int, name: bytes) -> bytes:
        before = self._path
        directory = before[:shared]
        if shared == len(before):
            fits = self._kind == "d"
        else:
            # A directory further up: the path before lies in it, and so sorts before this one.
            start = shared + 1 if shared else 0
            fits = shared < len(before) and (not shared or before[shared:start] == b"/")
            fits = fits and before[start:].partition(b"/")[0] < name
        if not fits or not name or name in (b".", b"..") or b"/" in name or b"\0" in name:
            shown = (directory + b"/" + name)[-200:]
            raise ProtocolError(f"the agent sent the path {shown!r}, which no walk can produce")
        return directory + b"/" + name if directory else name
