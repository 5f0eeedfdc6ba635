"""Headers of a deterministic tar: ustar with PAX records, any bytes in names, nothing lost.

Extended attributes are SCHILY.xattr records and holes are GNU sparse 1.0, the two forms that GNU
tar, Python and the container engines all read.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from migrator.entries import Entry

Xattrs = tuple[tuple[bytes, bytes], ...]
BLOCK: Final = 512
END: Final = bytes(2 * BLOCK)
TYPES: Final = {"f": b"0", "h": b"1", "l": b"2", "c": b"3", "b": b"4", "d": b"5", "p": b"6"}
LARGEST_ID: Final = 0o7777777  # what seven octal digits hold
LARGEST_SIZE: Final = 0o77777777777
ZEROS: Final = 1 << 20  # bytes of a hole that are written at once
SECOND: Final = 1_000_000_000
LARGEST_TIME: Final = LARGEST_SIZE * SECOND  # ns
LABEL: Final = b"security.selinux"
REMOVED: Final = b"MIGRATOR.removed"  # record of a member that says that a path is gone
NUMBERS: Final = b"%07o\0%07o\0%07o\0%011o\0%011o\0"
REST: Final = b"ustar\x0000" + bytes(64) + b"%07o\0%07o\0" + bytes(167)
SPACES: Final = 8 * ord(" ")  # what the checksum counts for itself


class Member(NamedTuple):
    """One member of an archive. ``kind``: as of Entry, or h for a hard link to ``target``."""

    path: bytes
    kind: str
    mode: int
    uid: int = 0
    gid: int = 0
    size: int = 0
    mtime_ns: int = 0
    target: bytes = b""
    major: int = 0
    minor: int = 0
    xattrs: Xattrs = ()
    segments: tuple[tuple[int, int], ...] | None = None


def member(entry: Entry, path: bytes) -> Member:
    """``entry`` as a member called ``path``."""
    return Member(
        path,
        entry.kind,
        entry.mode,
        entry.uid,
        entry.gid,
        entry.size,
        entry.mtime_ns,
        entry.target,
        entry.major,
        entry.minor,
        entry.xattrs,
        entry.segments,
    )


def hard_link(entry: Entry, path: bytes, target: bytes) -> Member:
    return member(entry, path)._replace(kind="h", target=target, size=0, segments=None, xattrs=())


def removal(path: bytes) -> bytes:
    """A member of a volume's changes: what was at ``path`` is gone. A name as layers have it for
    that could be a file's own."""
    return _pax({REMOVED: b"1", b"path": path}) + _ustar(Member(path, "f", 0), path, 0, TYPES["f"])


def header(of: Member) -> bytes:
    """Everything that precedes the content: PAX header if needed, ustar header, map of holes."""
    name, size = of.path, of.size if of.kind == "f" else 0
    if _is_common(of):
        return _ustar(of, name, size, TYPES[of.kind])
    records: dict[bytes, bytes] = {}
    holes = b""
    if of.segments is not None and of.kind == "f":
        holes = _hole_map(of.segments, of.size)
        records |= {
            b"GNU.sparse.major": b"1",
            b"GNU.sparse.minor": b"0",
            b"GNU.sparse.name": of.path,
            b"GNU.sparse.realsize": b"%d" % of.size,
        }
        size = len(holes) + stored_size(of)
        name = b"GNUSparseFile.0/" + of.path.rpartition(b"/")[2]
    for key, text in ((b"path", name), (b"linkpath", of.target)):
        if not _is_plain(text):
            records[key] = text
    for key, number, most in (
        (b"uid", of.uid, LARGEST_ID),
        (b"gid", of.gid, LARGEST_ID),
        (b"size", size, LARGEST_SIZE),
    ):
        if number > most:
            records[key] = b"%d" % number
    seconds, fraction = divmod(of.mtime_ns, SECOND)
    if fraction or not 0 <= seconds <= LARGEST_SIZE:
        records[b"mtime"] = _decimal(of.mtime_ns)
    for key, value in of.xattrs:
        records[b"SCHILY.xattr." + key] = value
    return _pax(records) + _ustar(of, name, size, TYPES[of.kind]) + holes


def stored_size(of: Member | Entry) -> int:
    """Bytes of content that follow the header, without padding."""
    if of.kind != "f":
        return 0
    return of.size if of.segments is None else sum(length for _, length in of.segments)


def padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


def carried(xattrs: Xattrs, labels: bool) -> Xattrs:
    """Those whose name a PAX record can carry; SELinux's only with ``labels``."""
    return tuple(x for x in xattrs if b"=" not in x[0] and (labels or x[0] != LABEL))


def _is_plain(name: bytes) -> bool:
    """Names that fit the old header and mean the same to every reader."""
    return len(name) <= 100 and name.isascii()


def _is_common(of: Member) -> bool:
    """Whether the old header holds it, as that of most files of packages."""
    return (
        not of.mtime_ns % SECOND
        and not of.xattrs
        and of.segments is None
        and _is_plain(of.path)
        and (not of.target or _is_plain(of.target))
        and 0 <= of.mtime_ns <= LARGEST_TIME
        and of.uid <= LARGEST_ID
        and of.gid <= LARGEST_ID
        and of.size <= LARGEST_SIZE
    )


def _decimal(nanoseconds: int) -> bytes:
    sign = "-" if nanoseconds < 0 else ""
    seconds, rest = divmod(abs(nanoseconds), SECOND)
    return f"{sign}{seconds}.{rest:09}".rstrip("0").rstrip(".").encode()


def filled(
    pieces: Iterable[bytes], segments: Sequence[tuple[int, int]], size: int
) -> Iterator[bytes]:
    """The ``size`` bytes of a file of whose data at ``segments`` ``pieces`` are: with its holes."""
    at = 0
    waiting = iter([*segments, (size, 0)])
    offset, left = next(waiting)
    for piece in pieces:
        while piece:
            while not left:
                offset, left = next(waiting)
            yield from _zeros(offset - at)
            yield piece[:left]
            at = offset = offset + len(piece[:left])
            piece, left = piece[left:], left - len(piece[:left])
    yield from _zeros(size - at)


def _zeros(count: int) -> Iterator[bytes]:
    for begun in range(0, count, ZEROS):
        yield bytes(min(ZEROS, count - begun))


def _hole_map(segments: tuple[tuple[int, int], ...], size: int) -> bytes:
    """An empty segment at the end tells GNU tar where the file ends when a hole is there."""
    if not segments or sum(segments[-1]) < size:
        segments = (*segments, (size, 0))
    numbers = [len(segments), *(number for segment in segments for number in segment)]
    text = b"".join(b"%d\n" % number for number in numbers)
    return text + padding(len(text))


def _pax(records: dict[bytes, bytes]) -> bytes:
    if not records:
        return b""
    body = b"".join(_record(key, records[key]) for key in sorted(records))
    carrier = Member(b"", "f", 0o644)
    return _ustar(carrier, b"././@PaxHeader", len(body), b"x") + body + padding(len(body))


def _record(key: bytes, value: bytes) -> bytes:
    """A record begins with its own length, which counts its own digits."""
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest)
    while len(b"%d" % length) + len(rest) != length:
        length = len(b"%d" % length) + len(rest)
    return b"%d" % length + rest


def _ustar(of: Member, name: bytes, size: int, kind: bytes) -> bytes:
    seconds = of.mtime_ns // SECOND
    front = name[:100].ljust(100, b"\0") + NUMBERS % (
        of.mode,
        of.uid if of.uid <= LARGEST_ID else 0,
        of.gid if of.gid <= LARGEST_ID else 0,
        size if size <= LARGEST_SIZE else 0,
        seconds if 0 <= seconds <= LARGEST_SIZE else 0,
    )
    back, its_sum = _back(kind, of.target, of.major, of.minor)
    return front + b"%06o\0 " % (_sum(front) + SPACES + its_sum) + back


@functools.lru_cache(64)  # most files have the same
def _back(kind: bytes, target: bytes, major: int, minor: int) -> tuple[bytes, int]:
    """What follows the checksum, and the sum of its bytes."""
    back = kind + target[:100].ljust(100, b"\0") + REST % (major, minor)
    return back, _sum(back)


def _sum(part: bytes) -> int:
    """The low half of Adler-32 is one more than the sum of the bytes, as long as that is below
    65,521, which no part of a header reaches: most of its bytes are zeros or digits."""
    return (zlib.adler32(part) & 0xFFFF) - 1
