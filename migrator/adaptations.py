"""The layer on top of a snapshot's: what must differ so that the tree boots as a container."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from migrator import tarformat
from migrator.adapt import Change
from migrator.archive import Form
from migrator.store import BlobWriter, Index, Layer, Store
from migrator.store.codec import CODECS
from migrator.tarformat import Member


class Tree(Protocol):
    def directory(self, path: str, mtime_ns: int) -> Member: ...


def write(store: Store, tree: Tree, changes: Sequence[Change], moment: int, form: Form) -> Layer:
    """Of several changes of one path the last counts. ``moment``, in seconds since 1970, is the
    time of all that is new."""
    with Index(store) as index, store.temporary() as handle:
        writer = BlobWriter(handle, index, CODECS[form.codec])
        made: set[str] = set()
        for change in {change.path: change for change in changes}.values():
            for parent in _parents(change.path):
                if parent not in made:  # an engine would invent it, with other attributes
                    made.add(parent)
                    above = tree.directory(parent, moment * 10**9)
                    kept = tarformat.carried(above.xattrs, form.labels)
                    writer.head(tarformat.header(above._replace(xattrs=kept)))
            head = tarformat.header(_member(change, moment * 10**9))
            if change.action == "write":
                digest = hashlib.sha256(change.content).digest()
                writer.content(head, digest, len(change.content), (change.content,))
            else:
                writer.head(head)
        key, layer, new = writer.close()
        if new:
            store.publish(handle, layer.digest)
            index.add(key, layer, writer.spans)
    return layer


def _member(change: Change, mtime_ns: int) -> Member:
    path = change.path[1:].encode("utf-8", "surrogateescape")
    if change.action == "remove":  # the way that layers say so
        directory, _, name = path.rpartition(b"/")
        return Member(directory + b"/.wh." + name, "f", 0o644, mtime_ns=mtime_ns)
    if change.action == "link":
        return Member(path, "l", 0o777, mtime_ns=mtime_ns, target=change.target.encode())
    size = len(change.content)
    return Member(path, "f", change.mode, change.uid, change.gid, size, mtime_ns)


def _parents(path: str) -> list[str]:
    parts = path.split("/")[1:-1]
    return ["/" + "/".join(parts[:end]) for end in range(len(parts) + 1)]
