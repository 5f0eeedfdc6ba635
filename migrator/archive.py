"""One blob of a snapshot: entries and contents become a tar, and rows of the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from migrator import ledger, tarformat
from migrator.contents import Content
from migrator.entries import Entry, Unreadable
from migrator.layers import Fate
from migrator.store import LayerWriter

Row = dict[str, Any]
Inode = tuple[int, int]


class Archive:
    """Adds entries below ``top`` (b"" for the whole tree) to ``writer``."""

    def __init__(self, writer: LayerWriter, top: bytes, tell: Callable[[int], None]) -> None:
        self._writer = writer
        self._top = top
        self._tell = tell
        self._links: dict[Inode, tuple[bytes, Row]] = {}  # of files with several names

    def add(self, entry: Entry, fate: Fate, answer: Content | Unreadable | None) -> Row:
        """``answer`` is the content that was asked for; None for all else and for hard links."""
        row = ledger.row(entry, fate.text, fate.rule)
        if isinstance(answer, Unreadable):
            return {**row, "fate": "unreadable", "rule": answer.reason}
        if answer:
            return self._file(answer, fate)
        if entry.kind != "f":
            self.write(entry)
            return row
        first = self._links.get((entry.dev, entry.ino))
        if first is None:
            return {**row, "fate": "unreadable", "rule": "its other name could not be read"}
        link = tarformat.hard_link(entry, self._name(entry), first[0])
        self._writer.write(tarformat.header(link))
        return {**row, **first[1]}

    def write(self, entry: Entry) -> None:
        """The header of an entry without content."""
        self._writer.write(tarformat.header(tarformat.member(_portable(entry), self._name(entry))))

    def _file(self, content: Content, fate: Fate) -> Row:
        entry = _portable(content.entry)
        member = tarformat.member(entry, self._name(entry))
        self._writer.new_file()
        self._writer.write(tarformat.header(member))
        body: Row = {"at": self._writer.place}
        digest = hashlib.sha256()
        for piece in content.pieces:
            digest.update(piece)
            self._writer.write(piece)
            self._tell(len(piece))
        self._writer.write(tarformat.padding(tarformat.stored_size(member)))
        body |= {"digest": digest.hexdigest()} | ({"changed": True} if content.changed else {})
        if entry.nlink > 1:
            self._links[entry.dev, entry.ino] = member.path, body
        row = {**ledger.row(content.entry, fate.text, fate.rule), **body}
        return row | {"fate": "unreadable", "rule": content.failure} if content.failure else row

    def _name(self, entry: Entry) -> bytes:
        """In a volume all names begin at its own root."""
        inside = entry.path[len(self._top) :].lstrip(b"/")
        name = b"./" + inside if self._top or not inside else inside
        return name.rstrip(b"/") + b"/" if entry.kind == "d" else name


def firsts(entries: Sequence[Entry]) -> list[bool]:
    """For each entry whether its content is to be read: files, and one name of each inode."""
    seen: set[Inode] = set()
    found = []
    for entry in entries:
        inode = entry.dev, entry.ino
        found.append(entry.kind == "f" and (entry.nlink == 1 or inode not in seen))
        if entry.nlink > 1:
            seen.add(inode)
    return found


def _portable(entry: Entry) -> Entry:
    """Without the attributes that no archive can hold; the ledger has them all."""
    kept = tuple(item for item in entry.xattrs if not tarformat.refusable(item[0]))
    return entry if kept == entry.xattrs else replace(entry, xattrs=kept)
