"""Where each content lies in the store: an SQLite file that can be made again from the blobs."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Self

from isal import isal_zlib

from migrator.errors import StoreDamaged
from migrator.store import codec
from migrator.store.database import Database
from migrator.store.layout import Store
from migrator.store.schema import SCHEMA, VERSION
from migrator.store.span import Held, Layer, Span

FILE = "contents.sqlite"
CHUNK = 1 << 20
RUN = 1 << 21  # bytes, more than a run has
EMPTY = hashlib.sha256(b"").digest()  # of a content that needs no place


class Index:
    """One connection to the index; each process has its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.prepare()
        self._db = Database(store.path / FILE)
        self._prepare()
        # Nothing is to be looked up in an empty index; what others add meanwhile is not missed.
        self._kept: tuple[bytes, list[bytes]] = (b"", [])
        self._empty = self._db.row("SELECT 1 FROM span LIMIT 1") is None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _prepare(self) -> None:
        """Two runs may open a new index at once: the second finds it made."""
        with self._db.transaction():
            version = self._db.one("PRAGMA user_version")
            if not version:
                for statement in SCHEMA.split(";"):
                    self._db.execute(statement)
                self._begin_generation()
            elif version != VERSION:
                raise StoreDamaged(
                    f"the index of {self._store.path} has version {version}, not {VERSION}",
                    "run 'migrator store verify --rebuild' to make it anew from the blobs",
                )

    @property
    def generation(self) -> int:
        """Another one whenever something that was in the store is in it no longer."""
        return int(self._db.one("PRAGMA application_id"))

    def _begin_generation(self) -> None:
        self._db.execute(f"PRAGMA application_id = {1 + secrets.randbits(30)}")

    def add(self, key: bytes, layer: Layer, spans: Sequence[tuple[Span, list[Held]]]) -> None:
        """Know the published blob of ``layer`` and what is in it; all of it or nothing."""
        self._empty = False
        contents = sorted(  # in the order of the tree that they go into
            (held.digest, s.key, held.at, held.size) for s, found in spans for held in found
        )
        with self._db.transaction():
            put = self._db.execute
            put("INSERT OR IGNORE INTO blob (digest) VALUES (?)", (layer.digest,))
            blob = self._db.one("SELECT id FROM blob WHERE digest = ?", layer.digest)
            self._db.executemany(
                "INSERT OR IGNORE INTO span VALUES (?, ?, ?, ?, ?, ?)",
                ((s.key, blob, s.start, s.size, s.raw_size, s.crc) for s, _ in spans),
            )
            self._db.executemany("INSERT OR IGNORE INTO content VALUES (?, ?, ?, ?)", contents)
            put(
                "INSERT OR REPLACE INTO layer VALUES (?, ?, ?, ?, ?)",
                (key, layer.digest, layer.size, layer.diff_id, layer.raw_size),
            )

    def forget(self, blobs: Iterable[str]) -> None:
        """Know these blobs no longer, before they are removed."""
        with self._db.transaction():
            self._begin_generation()
            for digest in blobs:
                blob = self._db.one("SELECT id FROM blob WHERE digest = ?", digest)
                self._db.execute("DELETE FROM span WHERE blob = ?", (blob,))
                self._db.execute("DELETE FROM blob WHERE id = ?", (blob,))
                self._db.execute("DELETE FROM layer WHERE digest = ?", (digest,))
            self._db.execute("DELETE FROM content WHERE key NOT IN (SELECT key FROM span)")

    def reconcile(self) -> None:
        """Forget blobs that somebody removed or cut short, so that their contents come again."""
        there = self._store.sizes()
        rows = self._db.execute(
            "SELECT blob.digest, max(size) FROM blob LEFT JOIN layer USING (digest) GROUP BY 1"
        ).fetchall()
        gone = [digest for digest, size in rows if there.get(digest) != size]
        if gone:
            self.forget(gone)

    def layer(self, key: bytes) -> Layer | None:
        """The layer that consists of just these spans, when its blob is there."""
        row = self._db.row("SELECT digest, size, diff_id, raw_size FROM layer WHERE key = ?", key)
        found = Layer(*row) if row else None
        return found if found and self._store.has(found.digest, found.size) else None

    def span(self, key: bytes) -> Span | None:
        if self._empty:
            return None
        row = self._db.row(
            "SELECT key, digest, start, size, raw_size, crc FROM span JOIN blob ON blob.id = blob"
            " WHERE key = ? LIMIT 1",
            key,
        )
        return Span(*row) if row else None

    def spans(self, blob: str) -> list[Span]:
        """The spans of a blob in their order."""
        rows = self._db.execute(
            "SELECT key, digest, start, size, raw_size, crc FROM span JOIN blob ON blob.id = blob"
            " WHERE digest = ? ORDER BY start",
            (blob,),
        )
        return [Span(*row) for row in rows]

    def held(self, key: bytes) -> list[Held]:
        """The contents in a span."""
        rows = self._db.execute("SELECT digest, at, size FROM content WHERE key = ?", (key,))
        return [Held(*row) for row in rows]

    def holds(self, digest: bytes) -> bool:
        return self.size(digest) is not None

    def size(self, digest: bytes) -> int | None:
        """Bytes of this content, None when it is not there."""
        if digest == EMPTY:
            return 0
        size: int | None = self._db.one("SELECT size FROM content WHERE digest = ? LIMIT 1", digest)
        return size

    def holds_size(self, size: int) -> bool:
        """Whether a content of ``size`` bytes is there, which may be the wanted one."""
        return self._db.row("SELECT 1 FROM content WHERE size = ? LIMIT 1", size) is not None

    def pieces(self, digest: bytes) -> Iterator[bytes]:
        """The content, in pieces of a megabyte. Raises StoreDamaged."""
        if digest == EMPTY:
            return
        row = self._db.row(
            "SELECT span.key, blob.digest, start, span.size, raw_size, crc, at, content.size"
            " FROM content JOIN span ON span.key = content.key JOIN blob ON blob.id = blob"
            " WHERE content.digest = ? LIMIT 1",
            digest,
        )
        if not row:
            raise StoreDamaged(
                f"content {digest.hex()} is not in {self._store.path}",
                "run 'migrator snapshot --refresh'",
            )
        at, left = row[6:]
        check = hashlib.sha256()
        for piece in self._lately(Span(*row[:6])):
            wanted = piece[at : at + left]
            at, left = max(at - len(piece), 0), left - len(wanted)
            check.update(wanted)
            if wanted:
                yield wanted
        if left or check.digest() != digest:
            raise self._damaged(Span(*row[:6]), "it is not what the index says")

    def plain(self, span: Span, also: Callable[[bytes], None] | None = None) -> Iterator[bytes]:
        """The span decompressed, in pieces of about a megabyte; ``also`` is given what it is made
        of. Raises StoreDamaged."""
        made: codec.Codec | None = None
        try:
            for data in self.compressed(span):
                if also:
                    also(data)
                if made is None:
                    made = codec.of(data) or codec.GZIP
                    unpack = made.decompressor()
                while data:
                    if piece := unpack.decompress(data):
                        yield piece
                    data = unpack.unused_data
                    if unpack.eof:
                        unpack = made.decompressor()
        except codec.ERRORS as error:
            raise self._damaged(span, str(error)) from error

    def _lately(self, span: Span) -> Iterable[bytes]:
        """As ``plain``; a run is kept, since its contents are asked for one after the other."""
        if span.raw_size > RUN:
            return self.plain(span)
        if span.key != self._kept[0]:
            self._kept = span.key, list(self.plain(span))
        return self._kept[1]

    def compressed(self, span: Span) -> Iterator[bytes]:
        """The span as it lies in its blob; raises StoreDamaged when it is not as written."""
        left, crc = span.size, 0
        try:
            with self._store.blob(span.blob).open("rb") as handle:
                handle.seek(span.start)
                while left and (data := handle.read(min(left, CHUNK))):
                    left -= len(data)
                    crc = isal_zlib.crc32(data, crc)
                    yield data
        except OSError as error:
            raise self._damaged(span, error.strerror or "unreadable") from error
        if left or crc != span.crc:
            raise self._damaged(span, "its checksum differs")

    def _damaged(self, span: Span, problem: str) -> StoreDamaged:
        where = f"blob {span.blob} is damaged near byte {span.start} ({problem})"
        return StoreDamaged(where, "run 'migrator store verify', which says what to do")
