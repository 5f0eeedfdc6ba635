"""The agent's wire format, in one place for both ends.

A stream begins with MAGIC (whatever a login shell printed before it is skipped), then frames:
one byte of kind, four bytes of length (big-endian), the payload. All numbers are big-endian.

  J  a piece of the one JSON document of verbs facts and probe; an empty piece ends it
  T  the host's clock when the walk of a tree began, in nanoseconds since 1970
  E  records of the tree (migrator.agent.records), compressed
  P  files of one package, compressed JSON (migrator.agent.packaged)
  W  controller to agent: wanted files, compressed: path, a zero byte, one byte with the length of a
     digest (0 or 32), the SHA-256 of a content that the controller has and takes this file's for
  C  contents of small files: record, state, data, and the next
  B  a large file: its record        D  a piece of its data        F  its end: state
  X  a path that could not be read: path, a zero byte, reason in UTF-8
  Z  end of the stream: how many entries or files were sent

Contents are answered in the order in which they were asked for, each by an item of C, by B D F, or
by X. A state is SAME, CHANGED (the file was written while it was read), or for a large file FAILED
with the reason in UTF-8, or AGAIN: it was written while it was read, and comes anew by B D F. In C
it may also be KNOWN: the content is the one that the controller has, and no data follows.
"""

from __future__ import absolute_import, division, print_function

import struct
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

MAGIC = b"\nMIGRATOR-STREAM-2\n"
LIMIT = 1 << 24  # bytes of one payload, also when inflated; more is a broken or hostile stream
DOCUMENT_LIMIT = 1 << 28  # bytes of a whole document
NOISE = 1 << 16  # bytes that may precede MAGIC
CHUNK = 1 << 18  # bytes of contents in one C frame, or of a document in J
SAME, CHANGED, FAILED, AGAIN, KNOWN = b"\0", b"\1", b"\2", b"\3", b"\4"

HEAD = struct.Struct(">cI")
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


def deflated(data):
    # type: (bytes) -> bytes
    """Quickly: records of one directory are much alike."""
    return zlib.compress(data, 1)


def inflated(payload):
    # type: (bytes) -> bytes
    """The reverse of deflated; never more than LIMIT bytes."""
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(payload, LIMIT)
        if inflate.unconsumed_tail or inflate.flush():
            raise FrameError("a frame inflates to more than %d bytes" % LIMIT)
    except zlib.error as error:
        raise FrameError("a frame cannot be inflated: %s" % error)
    return data


def unpack_count(payload):
    # type: (bytes) -> int
    if len(payload) != COUNT.size:
        raise FrameError("a malformed end of the stream")
    (count,) = COUNT.unpack(payload)
    return int(count)


def split_lost(payload):
    # type: (bytes) -> tuple[bytes, str]
    """(path, reason) of an X frame."""
    path, _, reason = payload.partition(b"\0")
    return path, reason.decode("utf-8", "replace")


def wanted(path, digest):
    # type: (bytes, bytes) -> bytes
    """One file of a W frame."""
    return path + b"\0" + struct.pack("B", len(digest)) + digest


def split_wanted(payload):
    # type: (bytes) -> Iterator[tuple[bytes, bytes]]
    """(path, digest) of each file of a W frame."""
    at = 0
    while at < len(payload):
        end = payload.index(b"\0", at)
        begin = end + 2
        (size,) = struct.unpack("B", payload[end + 1 : begin])
        yield payload[at:end], payload[begin : begin + size]
        at = begin + size
