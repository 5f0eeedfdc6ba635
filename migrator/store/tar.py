"""Read back the tar that is in a layer's spans: names, headers and where contents lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.tarformat import BLOCK, REMOVED, padding

FILE, LINK, PAX = b"0", b"1", b"x"


class Malformed(ValueError):
    """What a span decompresses to is not a tar of ours."""


@dataclass(frozen=True, slots=True)
class Member:
    """Its ``head`` is at ``start``; ``size`` bytes of content follow it, maybe in the next span.
    ``link``: the other name of a hard link. ``removed``: it says that its path is gone."""

    name: bytes
    start: int
    head: bytes
    size: int
    link: bytes = b""
    removed: bool = False

    @property
    def at(self) -> int:
        return self.start + len(self.head)

    @property
    def end(self) -> int:
        return self.at + self.size + len(padding(self.size))


def members(plain: bytes) -> Iterator[Member]:
    """The members of a run, the last of which may be the header of a large content. The end of
    the archive is a member without a name."""
    at = 0
    while at < len(plain):
        member = _member(plain, at)
        yield member
        at = member.end if member.end <= len(plain) else len(plain)


def _member(plain: bytes, start: int) -> Member:
    if not any(plain[start : start + BLOCK]):
        return Member(b"", start, plain[start:], 0)
    records: dict[bytes, bytes] = {}
    at = start
    if _kind(plain, at) == PAX:
        size = _octal(plain, at)
        records = _records(plain[at + BLOCK : at + BLOCK + size])
        at += BLOCK + size + len(padding(size))
    name = plain[at : at + 100].rstrip(b"\0")
    kind = _kind(plain, at)
    link = records.get(b"linkpath", plain[at + 157 : at + 257].rstrip(b"\0"))
    size = int(records.get(b"size", b"-1"))
    size = _octal(plain, at) if size < 0 else size
    at += BLOCK
    if b"GNU.sparse.name" in records:
        size -= (holes := _holes(plain, at))
        at += holes
    name = records.get(b"GNU.sparse.name", records.get(b"path", name))
    size = size if kind == FILE else 0
    link = link if kind == LINK else b""
    return Member(name, start, plain[start:at], size, link, REMOVED in records)


def _kind(plain: bytes, at: int) -> bytes:
    if plain[at + 257 : at + 262] != b"ustar":
        raise Malformed(f"no header at byte {at}")
    return plain[at + 156 : at + 157]


def _octal(plain: bytes, at: int) -> int:
    return int(plain[at + 124 : at + 135], 8)


def _records(body: bytes) -> dict[bytes, bytes]:
    found = {}
    while body:
        length = int(body.partition(b" ")[0])
        key, _, value = body[:length].partition(b" ")[2].partition(b"=")
        found[key] = value[:-1]
        body = body[length:]
    return found


def _holes(plain: bytes, at: int) -> int:
    """Bytes of the map of holes that precedes the data of a sparse file."""
    lines, begin = 1, at
    count = -1
    while lines:
        end = plain.index(b"\n", at)
        if count < 0:
            count = int(plain[at:end])
            lines += 2 * count
        at, lines = end + 1, lines - 1
    return at - begin + len(padding(at - begin))
