"""Read every byte of the store and name what is damaged: blob, byte and path."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.errors import StoreDamaged
from migrator.store import codec
from migrator.store.index import CHUNK, Index
from migrator.store.layout import PART, Store
from migrator.store.span import Span
from migrator.store.tar import Malformed, Member, members


@dataclass(frozen=True)
class Damage:
    """``start``: byte of the blob near which it is, -1 for the whole; ``path``: whose bytes."""

    blob: str
    start: int
    path: str
    problem: str

    def __str__(self) -> str:
        where = f" at byte {self.start:,}" if self.start >= 0 else ""
        whose = f", in {self.path}" if self.path else ""
        return f"{self.blob}{where}{whose}: {self.problem}"


def verify(store: Store, index: Index) -> Iterator[Damage]:
    """Every blob that is there; the caller knows which must be there."""
    for path in sorted(store.blobs.iterdir()):
        if path.name.startswith(PART):
            continue
        digest = f"sha256:{path.name}"
        check = hashlib.sha256()
        with path.open("rb") as handle:
            while data := handle.read(CHUNK):
                check.update(data)
        if check.hexdigest() != path.name:
            found = list(_spans(store, index, digest))
            yield from found or [Damage(digest, -1, "", "its digest is another one")]


def _spans(store: Store, index: Index, digest: str) -> Iterator[Damage]:
    """The damaged spans of a blob; each names the first path whose bytes are not as they were."""
    last = b""
    for span in index.spans(digest):
        try:
            plain = b"".join(index.plain(span))
        except StoreDamaged:
            yield Damage(digest, span.start, _text(_culprit(store, index, span) or last), "damaged")
            continue
        if span.raw_size == len(plain):
            for member in _members(plain):
                last = member.name or last


def _culprit(store: Store, index: Index, span: Span) -> bytes:
    """Decompress as far as it goes, and compare each content with what the index knows."""
    with store.blob(span.blob).open("rb") as handle:
        handle.seek(span.start)
        data = handle.read(span.size)
    made = codec.of_file(store.blob(span.blob)) or codec.of(data) or codec.GZIP
    plain = made.salvage(data)
    held = {item.at: item for item in index.held(span.key)}
    name = b""
    for member in _members(plain):
        name = member.name
        wanted = held.get(member.at)
        content = plain[member.at : member.at + member.size]
        if wanted and hashlib.sha256(content).digest() != wanted.digest:
            return name
    return name


def _members(plain: bytes) -> Iterator[Member]:
    with contextlib.suppress(Malformed, ValueError):
        yield from members(plain)


def _text(name: bytes) -> str:
    return "/" + name.removeprefix(b"./").decode("utf-8", "surrogateescape") if name else ""
