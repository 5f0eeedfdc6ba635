"""One blob of a snapshot: entries and contents become spans of a tar, and rows of the ledger."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from migrator import ledger, spill, tarformat
from migrator.contents import Content
from migrator.entries import Entry, Unreadable
from migrator.layers import Fate
from migrator.plan import Plan
from migrator.store import BlobWriter
from migrator.store.codec import GZIP

Row = dict[str, Any]
Inode = tuple[int, int]
WHOLE = 1 << 20  # bytes of a content that is held in memory to see first whether the store has it
RUNS = 31  # one path in 32 begins a new run, so that a change moves the bounds of no other run


@dataclass(frozen=True)
class Form:
    """How blobs are made, as the plan says: the name of the codec of layers, and whether SELinux
    labels are kept."""

    codec: str = GZIP.name
    labels: bool = False

    @classmethod
    def of(cls, plan: Plan) -> Self:
        return cls(plan.compression, plan.selinux == "keep")


class Archive:
    """Adds entries of one ``fate`` to ``writer``; names in a volume begin at its own root."""

    def __init__(
        self, writer: BlobWriter, fate: Fate, tell: Callable[[int], None], labels: bool
    ) -> None:
        self._writer, self._labels = writer, labels
        self._fate = fate
        self._top = fate.name.encode().lstrip(b"/") if fate.kind == "volume" else b""
        self._tell = tell
        self._text = fate.text
        self._package = ""
        self._links: dict[Inode, tuple[bytes, Row]] = {}  # of files with several names

    def add(self, entry: Entry, digest: bytes, answer: Content | Unreadable | None) -> Row:
        """``answer`` is the content that was asked for, None where ``digest`` is in the store, for
        names of a file that is there already and for all that has no content."""
        if entry.package != self._package or not zlib.crc32(entry.path) & RUNS:
            self._package = entry.package
            self._writer.end_run()
        if isinstance(answer, Content):
            return self._file(answer)
        row = ledger.row(entry, self._text, self._fate.rule)
        if entry.kind != "f":
            self.write(entry)
            return row
        if isinstance(answer, Unreadable):
            return {**row, "fate": "unreadable", "rule": answer.reason}
        first = self._links.get((entry.dev, entry.ino)) if entry.nlink > 1 else None
        if first:
            link = tarformat.hard_link(entry, self._name(entry), first[0])
            self._writer.head(tarformat.header(link))
            return {**row, **first[1]}
        if digest == spill.UNKNOWN:
            return {**row, "fate": "unreadable", "rule": "its other name could not be read"}
        member = self._member(entry)
        self._writer.content(tarformat.header(member), digest, tarformat.stored_size(member), None)
        return {**row, **self._linked(entry, member.path, {"digest": digest.hex()})}

    def hide(self, path: bytes) -> None:
        """What is below at ``path`` shall not be seen, as images say so, or volumes."""
        if self._top:
            self._writer.head(tarformat.removal(self._inside(path)))
            return
        directory, slash, name = path.rpartition(b"/")
        hidden = tarformat.Member(directory + slash + b".wh." + name, "f", 0o644)
        self._writer.head(tarformat.header(hidden))

    def write(self, entry: Entry) -> None:
        """The header of an entry without content."""
        self._writer.head(tarformat.header(self._member(entry)))

    def _file(self, content: Content) -> Row:
        entry = content.entry
        member = self._member(entry)
        head, size = tarformat.header(member), tarformat.stored_size(member)
        pieces = content.pieces
        if member.segments is None and entry.segments is not None:
            pieces = tarformat.filled(pieces, entry.segments, size)
        row = ledger.row(entry, self._text, self._fate.rule)
        if content.digest:
            digest = content.digest
            self._writer.content(head, digest, size, None)
            self._tell(size)
        elif size <= WHOLE:
            data = b"".join(pieces)
            digest = hashlib.sha256(data).digest()
            self._writer.content(head, digest, size, (data,))
            self._tell(size)
        else:
            before = self._writer.mark()
            digest = self._writer.stream(head, size, self._told(pieces))
            if content.again:
                self._writer.back(before)
                return self._file(content.again)
        body: Row = {"digest": digest.hex()}
        if content.changed:
            body["changed"] = True
        if content.failure:
            body |= {"fate": "unreadable", "rule": content.failure}
        row |= self._linked(entry, member.path, body)
        return row

    def _told(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            yield piece
            self._tell(len(piece))

    def _linked(self, entry: Entry, name: bytes, body: Row) -> Row:
        if entry.nlink > 1:
            self._links[entry.dev, entry.ino] = name, body
        return body

    def _member(self, entry: Entry) -> tarformat.Member:
        """Without the attributes that no archive can hold, which the ledger has all. In a layer a
        hole is written as zeros: container storage cannot give a layer with holes again."""
        if entry.xattrs:
            entry = entry._replace(xattrs=tarformat.carried(entry.xattrs, self._labels))
        if self._fate.kind == "layer" and entry.segments is not None:
            entry = entry._replace(segments=None)
        return tarformat.member(entry, self._name(entry))

    def _name(self, entry: Entry) -> bytes:
        if entry.kind != "d" and not self._top:
            return entry.path
        name = self._inside(entry.path)
        return name.rstrip(b"/") + b"/" if entry.kind == "d" else name

    def _inside(self, path: bytes) -> bytes:
        inside = path[len(self._top) :].lstrip(b"/")
        return b"./" + inside if self._top or not inside else inside
