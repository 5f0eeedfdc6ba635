"""What volumes' blobs have at each path, one blob on top of the other, and one blob between two
such states."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrator import tarformat
from migrator.store.blob import BlobWriter
from migrator.store.index import Index
from migrator.store.layout import Store
from migrator.store.span import Layer, Span
from migrator.store.tar import Member, members


@dataclass(frozen=True, slots=True)
class Item:
    """One path of a blob. ``data``: a small content; ``span``: where a large one lies."""

    name: bytes  # below the volume's root, which is b""
    member: Member
    data: bytes
    span: Span | None

    @property
    def fingerprint(self) -> bytes:
        content = self.span.key if self.span else self.data
        return hashlib.sha256(self.member.head + content).digest()

    @property
    def link(self) -> bytes:
        """The other name of the same file, if that is what it is."""
        return _clean(self.member.link)

    @property
    def is_directory(self) -> bool:
        return self.member.name.endswith(b"/")


def items(index: Index, blob: str) -> Iterator[Item]:
    """In the order of the blob; large contents are not looked at. Raises StoreDamaged."""
    large: Member | None = None
    for span in index.spans(blob):
        if large:
            yield Item(_clean(large.name), large, b"", span)
            large = None
            continue
        plain = b"".join(index.plain(span))
        for member in members(plain):
            if member.end > len(plain):
                large = member
            elif member.name:
                data = plain[member.at : member.at + member.size]
                yield Item(_clean(member.name), member, data, None)


def delta(
    store: Store, index: Index, old: Sequence[str], new: Sequence[str], touched: Iterable[bytes]
) -> Layer | None:
    """The blob, published but not known to the index, that brings what was filled from ``old`` and
    where ``touched`` was changed since to the state ``new``; None when nothing is to be done."""
    shared = sum(1 for _ in _shared(old, new))
    before, after = _Top(index, old[shared:]), _Top(index, new[shared:])
    paths = {*before.marks, *after.marks}
    asked = {path for path in paths if before.marks.get(path) != after.marks.get(path)}
    asked.update(touched)
    asked.update(name for name, other in after.links if other in asked)
    found = dict(_found(index, new, asked)) if asked else {}
    if not asked:
        return None
    with store.temporary() as handle:
        writer = BlobWriter(handle, index)
        for path in sorted(asked, key=order):
            if item := found.get(path):
                _add(writer, item)
            elif old and not _implied(path, found, asked):  # from nothing, nothing is taken away
                writer.head(tarformat.removal(b"./" + path))
        _, layer, is_new = writer.close()
        if is_new and not store.has(layer.digest, layer.size):
            store.publish(handle, layer.digest)
    return layer


class _Top:
    """What the blobs above those that two states share say of each path."""

    def __init__(self, index: Index, blobs: Iterable[str]) -> None:
        self.marks: dict[bytes, bytes] = {}
        self.links: list[tuple[bytes, bytes]] = []
        for blob in blobs:
            for item in items(index, blob):
                self.marks[item.name] = b"" if item.member.removed else item.fingerprint
                if item.link:
                    self.links.append((item.name, item.link))


def _found(
    index: Index, blobs: Sequence[str], asked: Collection[bytes]
) -> Iterator[tuple[bytes, Item]]:
    """The paths that are asked for as they are in the end: the upper blobs are looked at first."""
    left = set(asked)
    for blob in reversed(blobs):
        for item in items(index, blob) if left else ():
            if item.name in left:
                left.discard(item.name)
                if not item.member.removed:
                    yield item.name, item


def _implied(path: bytes, found: dict[bytes, Item], asked: Collection[bytes]) -> bool:
    """Whether a path that is gone goes with what it was in."""
    parts = path.split(b"/")[:-1]
    above = (b"/".join(parts[: end + 1]) for end in range(len(parts)))
    return any(
        (up in found and not found[up].is_directory) or (up in asked and up not in found)
        for up in above
    )


def _add(writer: BlobWriter, item: Item) -> None:
    member = item.member
    if item.span:
        writer.copied(member.head, item.span)
    elif item.data:
        digest = hashlib.sha256(item.data).digest()
        writer.content(member.head, digest, len(item.data), (item.data,))
    else:
        writer.head(member.head)


def _shared(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for left, right in zip(old, new, strict=False):
        if left != right:
            return
        yield left


def order(path: bytes) -> bytes:
    """Sorts as a walk does: what is in a directory comes right after it."""
    return path.replace(b"/", b"\0")


def _clean(name: bytes) -> bytes:
    return name.removeprefix(b"./").rstrip(b"/")
