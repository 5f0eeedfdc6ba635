"""The agent's wire format, in one place for both ends.

A stream begins with MAGIC (whatever a login shell printed before it is skipped), then frames:
one byte of kind, four bytes of length (big-endian), the payload. All numbers are big-endian.

  J  a piece of the one JSON document of verbs facts and probe; an empty piece ends it
  E  one path of the tree, see pack_entry
  B  begin of a file's content, see pack_begin       D  a piece of content
  F  end of a file's content: index, changed (0 or 1)
  X  a path that could not be read: index (or NO_INDEX), reason in UTF-8
  Z  end of the stream: how many entries or files were sent
  W  controller to agent: a wanted file, index and path
"""

from __future__ import absolute_import, division, print_function

import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAGIC = b"\nMIGRATOR-STREAM-1\n"
LIMIT = 1 << 24  # bytes of one payload; more is a broken or hostile stream
DOCUMENT_LIMIT = 1 << 28  # bytes of a whole document
NOISE = 1 << 16  # bytes that may precede MAGIC
CHUNK = 1 << 18  # bytes of content in one D frame
NO_INDEX = 0xFFFFFFFF

HEAD = struct.Struct(">cI")
ENTRY = struct.Struct(">cIIIQqqQQIIIIIHIH")
BEGIN = struct.Struct(">IQqqI")
SEGMENT = struct.Struct(">QQ")
XATTR = struct.Struct(">HI")
INDEX = struct.Struct(">I")
FINISH = struct.Struct(">IB")
COUNT = struct.Struct(">Q")


class FrameError(Exception):
    """The other end sent what the format does not allow, or the stream ended too early."""


def write(stream, kind, payload):
    # type: (Any, bytes, bytes) -> None
    stream.write(HEAD.pack(kind, len(payload)))
    stream.write(payload)


def read(stream):
    # type: (Any) -> tuple[bytes, bytes]
    """The next (kind, payload)."""
    kind, length = HEAD.unpack(exactly(stream, HEAD.size))
    if length > LIMIT:
        raise FrameError("a frame claims %d bytes, more than %d" % (length, LIMIT))
    return kind, exactly(stream, length)


def write_document(stream, data):
    # type: (Any, bytes) -> None
    for at in range(0, len(data), CHUNK):
        write(stream, b"J", data[at : at + CHUNK])
    write(stream, b"J", b"")


def read_document(stream):
    # type: (Any) -> bytes
    pieces = []  # type: list[bytes]
    size = 0
    while True:
        kind, payload = read(stream)
        if kind != b"J":
            raise FrameError("a frame %r in a document" % kind)
        if not payload:
            return b"".join(pieces)
        pieces.append(payload)
        size += len(payload)
        if size > DOCUMENT_LIMIT:
            raise FrameError("a document of more than %d bytes" % DOCUMENT_LIMIT)


def exactly(stream, size):
    # type: (Any, int) -> bytes
    pieces = []  # type: list[bytes]
    while size:
        piece = stream.read(size)
        if not piece:
            raise FrameError("the stream ended early")
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def skip_to_magic(stream):
    # type: (Any) -> None
    """Drop what a shell's start files printed; raise when MAGIC does not come."""
    seen = exactly(stream, len(MAGIC))
    while not seen.endswith(MAGIC):
        if len(seen) > NOISE:
            raise FrameError("no answer of the agent in the first %d bytes" % NOISE)
        seen += exactly(stream, 1)


def pack_entry(entry):
    # type: (tuple[Any, ...]) -> bytes
    """One path, as a tuple of 17: path, kind, mode, uid, gid, size, mtime_ns, ctime_ns, dev, ino,
    nlink, major, minor, target, xattrs, segments, package.

    path and target are bytes, path relative to the root without a leading slash (b"" is the
    root). kind is one byte: f d l c b p s, or m for a mount point that is not entered: its
    attributes are unknown, because touching it could hang. xattrs is a list of (name, value) in
    bytes. segments lists (offset, length) of data; None is a file without holes. package is
    bytes, b"" if no package owns the path.
    """
    path, numbers = entry[0], entry[1:13]
    target, xattrs, segments, package = entry[13:]
    holes = 0 if segments is None else len(segments) + 1
    lengths = (len(path), len(target), len(xattrs), holes, len(package))
    parts = [ENTRY.pack(*(numbers + lengths)), path, target, package]
    for name, value in xattrs:
        parts.extend((XATTR.pack(len(name), len(value)), name, value))
    parts.extend(SEGMENT.pack(*segment) for segment in segments or ())
    return b"".join(parts)


def unpack_entry(payload):
    # type: (bytes) -> tuple[Any, ...]
    """The reverse of pack_entry; raises FrameError when lengths do not add up."""
    try:
        return _unpack_entry(payload)
    except struct.error as error:
        raise FrameError("a malformed entry: %s" % error)


def _unpack_entry(payload):
    # type: (bytes) -> tuple[Any, ...]
    fields = ENTRY.unpack_from(payload)
    numbers, (path_len, target_len, xattr_count, holes, package_len) = fields[:12], fields[12:]
    at = ENTRY.size
    texts = []  # type: list[bytes]
    for length in (path_len, target_len, package_len):
        texts.append(payload[at : at + length])
        at += length
    xattrs = []  # type: list[tuple[bytes, bytes]]
    for _ in range(xattr_count):
        name_len, value_len = XATTR.unpack_from(payload, at)
        value_at = at + XATTR.size + name_len
        at = value_at + value_len
        xattrs.append((payload[value_at - name_len : value_at], payload[value_at:at]))
    segments = None  # type: list[tuple[int, int]] | None
    if holes:
        segments = _segments(payload, at, holes - 1)
        at += SEGMENT.size * (holes - 1)
    if at != len(payload):
        raise FrameError("an entry of %d bytes claims %d" % (len(payload), at))
    path, target, package = texts
    return (path,) + numbers + (target, xattrs, segments, package)


def pack_begin(index, size, mtime_ns, ctime_ns, segments):
    # type: (int, int, int, int, list[tuple[int, int]] | None) -> bytes
    """Announce a content: ``size`` bytes follow in D frames, or only those of ``segments``."""
    holes = 0 if segments is None else len(segments) + 1
    parts = [BEGIN.pack(index, size, mtime_ns, ctime_ns, holes)]
    parts.extend(SEGMENT.pack(*segment) for segment in segments or ())
    return b"".join(parts)


def unpack_begin(payload):
    # type: (bytes) -> tuple[int, int, int, int, list[tuple[int, int]] | None]
    """The reverse of pack_begin."""
    try:
        index, size, mtime_ns, ctime_ns, holes = BEGIN.unpack_from(payload)
        segments = _segments(payload, BEGIN.size, holes - 1) if holes else None
    except struct.error as error:
        raise FrameError("a malformed begin of a file: %s" % error)
    return index, size, mtime_ns, ctime_ns, segments


def _segments(payload, at, count):
    # type: (bytes, int, int) -> list[tuple[int, int]]
    found = []  # type: list[tuple[int, int]]
    for number in range(count):
        offset, length = SEGMENT.unpack_from(payload, at + number * SEGMENT.size)
        found.append((offset, length))
    return found
