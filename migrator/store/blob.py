"""Write one layer's blob: a tar in spans that do not depend on their neighbours.

Where spans begin and end follows from the entries alone, so the same tar gives the same bytes,
whatever the store held before. A span that the store has is copied as it is; a layer of which it
has every span in this order is not even written. docs/decisions/0010-spans.md has the sizes.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from isal import isal_zlib

from migrator.looked import Hits
from migrator.search import Search
from migrator.store.codec import GZIP, Codec
from migrator.store.index import Index
from migrator.store.looking import Looking
from migrator.store.run import Run, large_key, recipe
from migrator.store.span import Held, Layer, Span
from migrator.tarformat import END, padding

LARGE = 1 << 16  # bytes of a content that has a span of its own
MOST = 1 << 20  # bytes of a run before it is ended, and of a piece of a large content
WRITE_BACK = 1 << 23  # bytes


class BlobWriter:
    """Spans into ``handle``. ``close`` gives the layer, and None instead of a blob to publish when
    the store has it already."""

    def __init__(
        self, handle: IO[bytes], index: Index, codec: Codec = GZIP, search: Search | None = None
    ) -> None:
        self._handle = handle
        self._index = index
        self._codec = codec
        self._compressed = hashlib.sha256()
        self._plain = hashlib.sha256()
        self._size = self._raw_size = self._started = 0
        self._run = self._new_run()
        # All so far, while the store has each of them; the head of what was not looked at.
        self._waiting: list[tuple[Span, bytes | None]] | None = []
        self._looking = Looking(search)
        self._keys = hashlib.sha256()
        self.spans: list[tuple[Span, list[Held]]] = []  # for the index

    def _new_run(self) -> Run:
        return Run(recipe(self._codec))

    def mark(self) -> dict[str, Any]:
        """Where the writer is, to come ``back`` to."""
        waiting = None if self._waiting is None else self._waiting.copy()
        hashes = {name: getattr(self, name).copy() for name in ("_compressed", "_plain", "_keys")}
        lists = {"_run": self._run.copy(), "_waiting": waiting, "spans": self.spans.copy()}
        sizes = {"_size": self._size, "_raw_size": self._raw_size}
        return hashes | lists | sizes | {"_looking": self._looking.copy()}

    def back(self, mark: dict[str, Any]) -> None:
        """Undo what was written since ``mark``, which serves once."""
        self.__dict__.update(mark)
        self._started = min(self._started, self._size)
        self._handle.seek(self._size)
        self._handle.truncate()

    def head(self, head: bytes) -> None:
        """An entry without content."""
        self._run.add(head)
        if self._run.size >= MOST:
            self.end_run()

    def content(
        self, head: bytes, digest: bytes, size: int, pieces: Iterable[bytes] | None
    ) -> None:
        """A file whose digest is known; ``pieces`` None means that the store has it."""
        self._run.add(head)
        if not size:
            return
        if size < LARGE:
            data = None if pieces is None else b"".join(pieces)
            self._run.add_content(digest, size, data)
            if self._run.size >= MOST:
                self.end_run()
            return
        self.end_run()
        key = large_key(self._codec, digest)
        if span := self._index.span(key):
            for _ in self._looking.large(head, pieces or ()):
                pass
            self._refer(span, head if pieces is None else None)
            return
        found = self._index.pieces(digest) if pieces is None else pieces
        self._large(size, self._looking.large(head, found), lambda: digest)

    def copied(self, head: bytes, span: Span) -> None:
        """A file whose large content is a span of the store."""
        self._run.add(head)
        self.end_run()
        self._refer(span, head)

    def stream(self, head: bytes, size: int, pieces: Iterable[bytes]) -> bytes:
        """A large file that is not to be held in memory; the digest of its content."""
        check = hashlib.sha256()
        if not self._index.holds_size(size):
            self._run.add(head)
            self.end_run()
            looked_at = self._looking.large(head, pieces)
            return self._large(size, _hashed(looked_at, check), check.digest)
        # The store may have it: lay it aside until its digest tells.
        with tempfile.TemporaryFile(dir=Path(self._handle.name).parent) as aside:
            aside.writelines(_hashed(pieces, check))
            aside.seek(0)
            again = iter(lambda: aside.read(MOST), b"")
            self.content(head, check.digest(), size, again)
        return check.digest()

    def end_run(self) -> None:
        """Called where what follows shall not depend on what was before."""
        run, self._run = self._run, self._new_run()
        if not run.parts:
            return
        key = run.recipe.digest()
        if span := self._index.span(key):
            if not run.missing:
                self._looking.run(run.plain(self._index.pieces))
            self._refer(span, b"" if run.missing else None)
            return
        plain = run.plain(self._index.pieces)
        self._looking.run(plain)
        start = self._begin(key)
        crc = self._put(self._codec.compress(plain), plain)
        self._note(Span(key, "", start, self._size - start, len(plain), crc), run.held)

    def close(self) -> tuple[bytes, Layer, bool]:
        """(key of the layer for the index, the layer, whether its blob is to be published)."""
        self.head(END)
        self.end_run()
        key = self._keys.digest()
        if self._waiting is not None:
            if found := self._index.layer(key):
                self._looking.whole = all(head is None for _, head in self._waiting)
                return key, found, False
            self._copy_waiting()
        digests = [f"sha256:{h.hexdigest()}" for h in (self._compressed, self._plain)]
        layer = Layer(digests[0], self._size, digests[1], self._raw_size)
        return key, layer, True

    @property
    def hits(self) -> Hits | None:
        """What was searched for and found, once all is written; None when not all was looked at."""
        return list(self._looking.hits) if self._looking.search and self._looking.whole else None

    def _large(self, size: int, pieces: Iterable[bytes], digest_of: Callable[[], bytes]) -> bytes:
        start, raw, crc = self._begin(b""), 0, 0
        for piece in _even(pieces, padding(size)):
            crc = self._put(self._codec.compress(piece), piece, crc)
            raw += len(piece)
        digest = digest_of()
        key = large_key(self._codec, digest)
        self._keys.update(key)
        self._note(Span(key, "", start, self._size - start, raw, crc), [Held(digest, 0, size)])
        return digest

    def _begin(self, key: bytes) -> int:
        """Where the next span starts, which the store does not have."""
        self._copy_waiting()
        self._keys.update(key)
        return self._size

    def _note(self, span: Span, held: list[Held]) -> None:
        self.spans.append((span, held))

    def _put(self, data: bytes, plain: bytes, crc: int = 0) -> int:
        self._plain.update(plain)
        self._raw_size += len(plain)
        self._write(data)
        return int(isal_zlib.crc32(data, crc))

    def _write(self, data: bytes) -> None:
        self._compressed.update(data)
        self._size += len(data)
        self._handle.write(data)
        if self._size - self._started >= WRITE_BACK:
            self._start_writing()

    def _start_writing(self) -> None:
        """Let the disk begin now, so that there is little left to wait for at the end."""
        self._handle.flush()
        size = self._size - self._started
        os.posix_fadvise(self._handle.fileno(), self._started, size, os.POSIX_FADV_DONTNEED)
        self._started = self._size

    def _refer(self, span: Span, unseen: bytes | None) -> None:
        """``unseen``: of what was not looked at the head of a large content, b"" for a run."""
        self._keys.update(span.key)
        if self._waiting is None:
            self._copy(span, unseen)
        else:
            self._waiting.append((span, unseen))

    def _copy_waiting(self) -> None:
        waiting, self._waiting = self._waiting or [], None
        for span, unseen in waiting:
            self._copy(span, unseen)

    def _copy(self, span: Span, unseen: bytes | None) -> None:
        self._note(replace(span, start=self._size), [])
        pieces: Iterable[bytes] = self._index.plain(span, self._write)
        if unseen:
            pieces = self._looking.large(unseen, pieces)
        elif unseen is not None:
            pieces = (b"".join(pieces),)
            self._looking.run(pieces[0])
        for piece in pieces:
            self._plain.update(piece)
            self._raw_size += len(piece)


def _hashed(pieces: Iterable[bytes], check: hashlib._Hash) -> Iterator[bytes]:
    for piece in pieces:
        check.update(piece)
        yield piece


def _even(pieces: Iterable[bytes], end: bytes) -> Iterator[bytes]:
    """``pieces`` and ``end`` in pieces of MOST bytes: the cuts decide the compressed bytes."""
    waiting: list[bytes] = []
    size = 0
    for piece in itertools.chain(pieces, (end,)):
        waiting.append(piece)
        size += len(piece)
        if size < MOST:
            continue
        whole = b"".join(waiting)
        even = size - size % MOST
        for at in range(0, even, MOST):
            yield whole if size == MOST else whole[at : at + MOST]
        waiting, size = ([whole[even:]], size - even) if size > even else ([], 0)
    if size:
        yield b"".join(waiting)
