"""What is in each layer of the last snapshot: the *base* that changes are counted from."""

from __future__ import annotations

import hashlib
import io
import marshal
import os
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from isal import igzip

from migrator import spill
from migrator.entries import Entry
from migrator.known import order
from migrator.layers import CHANGES, PACKAGES, SKELETON
from migrator.sorting import Group
from migrator.store import Layer
from migrator.workdir import make_private, private

SIZE = struct.Struct(">I")  # of a record
LEAST = 1 << 20  # bytes of a blob for which a layer of changes is worth it
Key = tuple[str, bytes]  # package and order: as entries of a layer are sorted
Links = Mapping[tuple[int, int], bytes]  # inode -> digest of its names


class Base:
    """Written while a layer is made: the fingerprint of each of its entries."""

    def __init__(self, path: Path, group: Group) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        self._raw = os.fdopen(private(str(path), flags), "wb")
        self._packing = igzip.GzipFile("", "wb", 1, self._raw, mtime=0)
        self._handle = io.BufferedWriter(self._packing, spill.BUFFER)
        self._group, self._links = group, links(group)
        self._by_package = by_package(group)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()
        self._raw.close()

    def add(self, entry: Entry, row: dict[str, Any]) -> None:
        """``row``: of the ledger. What could not be read is not in the layer."""
        if row["fate"] == "unreadable":
            return
        digest = bytes.fromhex(row["digest"]) if "digest" in row else spill.UNKNOWN
        key = key_of(self._by_package, entry)
        record = marshal.dumps((key, fingerprint(entry, digest, self._links)), spill.PLAIN)
        self._handle.write(SIZE.pack(len(record)) + record)


def read(path: Path) -> Iterator[tuple[Key, bytes]]:
    """(key, fingerprint) of each entry. Raises ValueError or OSError when it is damaged."""
    with igzip.open(path, "rb") as packed, io.BufferedReader(packed, spill.BUFFER) as handle:
        while size := handle.read(SIZE.size):
            yield marshal.loads(handle.read(*SIZE.unpack(size)))


def links(group: Group) -> Links:
    """A file with several names changes in all of them, when one comes or goes."""
    if not group.linked:
        return {}
    names = defaultdict(list)
    for _, _, entry, _ in group.records():
        if entry.nlink > 1 and entry.kind != "d":
            names[entry.dev, entry.ino].append(entry.path)
    return {inode: hashlib.sha256(b"\0".join(found)).digest() for inode, found in names.items()}


def fingerprint(entry: Entry, digest: bytes, links: Links) -> bytes:
    """Of all that the archive says of an entry; the numbers of inodes are none of it."""
    names = links.get((entry.dev, entry.ino), b"") if entry.nlink > 1 else b""
    told = (*entry[1:7], entry[11:16], digest, names)
    return hashlib.sha256(marshal.dumps(told, spill.PLAIN)).digest()


def by_package(group: Group) -> bool:
    """Whether its entries are sorted by their packages."""
    return group.fate.name.startswith(PACKAGES)


def key_of(by_package: bool, entry: Entry) -> Key:
    return entry.package if by_package else "", order(entry.path)


def keep(groups: Iterable[Group], made: Mapping[tuple[str, str], Layer], bases: Path) -> None:
    """Put the bases of the blobs that were ``made``, by kind and name, where the next snapshot
    finds them."""
    make_private(bases)
    for group in groups:
        layer = made.get((group.fate.kind, group.fate.name))
        if layer and wanted(group.fate.name, layer):
            group.path.with_suffix(".base").replace(bases / name(layer))


def forget(layers: Iterable[Layer], bases: Path) -> None:
    """Remove the bases of all other blobs."""
    names = {name(layer) for layer in layers}
    for path in bases.iterdir():
        if path.name not in names:
            path.unlink()


def wanted(title: str, layer: Layer) -> bool:
    """Whether a layer of this name may stay when a little of it changes."""
    return title not in (SKELETON, CHANGES) and layer.size >= LEAST


def name(layer: Layer) -> str:
    """Of the file of its base."""
    return layer.digest.removeprefix("sha256:")
