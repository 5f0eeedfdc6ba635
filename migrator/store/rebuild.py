"""Make the index anew from the blobs: each is decompressed once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from isal import isal_zlib

from migrator.store import codec
from migrator.store.codec import Codec
from migrator.store.index import CHUNK, FILE, Index
from migrator.store.layout import Store
from migrator.store.run import large_key, recipe
from migrator.store.span import Held, Layer, Span
from migrator.store.tar import Malformed, Member, members


def rebuild(store: Store) -> list[str]:
    """The digests of blobs that could not be read, each with what is wrong."""
    for name in (FILE, f"{FILE}-journal"):
        (store.path / name).unlink(missing_ok=True)
    problems = []
    with Index(store) as index:
        for digest in sorted(store.sizes()):
            path = store.blob(digest)
            made = codec.of_file(path)
            if made is None:
                continue
            try:
                index.add(*scan(path, made))
            except (ValueError, *codec.ERRORS) as error:
                problems.append(f"{digest}: it cannot be read ({error})")
    return problems


def scan(path: Path, made: Codec) -> tuple[bytes, Layer, list[tuple[Span, list[Held]]]]:
    """What ``BlobWriter`` knew when it wrote the blob at ``path``."""
    whole, plain, keys = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    spans: list[tuple[Span, list[Held]]] = []
    size = raw_size = 0
    large: _Large | None = None
    for data, piece in _pieces(path, made):
        start, size = size, size + len(data)
        raw_size += len(piece)
        whole.update(data)
        plain.update(piece)
        if large is None:
            span, held, last = _run(start, data, piece, made)
            spans.append((span, held))
            large = _Large(last.size, made) if last and last.end > len(piece) else None
        elif done := large.add(start, data, piece):
            spans.append(done)
            large = None
    for span, _ in spans:
        keys.update(span.key)
    layer = Layer(f"sha256:{whole.hexdigest()}", size, f"sha256:{plain.hexdigest()}", raw_size)
    if path.name != whole.hexdigest():
        raise Malformed("its digest is not its name")
    return keys.digest(), layer, spans


class _Large:
    """A content of ``size`` bytes that comes in several members or frames."""

    def __init__(self, size: int, made: Codec) -> None:
        self._codec = made
        self._size, self._left, self._raw = size, size + -size % 512, 0
        self._digest = hashlib.sha256()
        self._start = self._crc = self._packed = 0

    def add(self, start: int, data: bytes, piece: bytes) -> tuple[Span, list[Held]] | None:
        if not self._raw:
            self._start = start
        self._digest.update(piece[: max(self._size - self._raw, 0)])
        self._raw += len(piece)
        self._packed += len(data)
        self._crc = isal_zlib.crc32(data, self._crc)
        if self._raw < self._left:
            return None
        digest = self._digest.digest()
        span = Span(
            large_key(self._codec, digest), "", self._start, self._packed, self._raw, self._crc
        )
        return span, [Held(digest, 0, self._size)]


def _run(
    start: int, data: bytes, plain: bytes, made: Codec
) -> tuple[Span, list[Held], Member | None]:
    check, held, last = recipe(made), [], None
    for last in members(plain):
        check.update(last.head)
        if last.size and last.end <= len(plain):
            digest = hashlib.sha256(plain[last.at : last.at + last.size]).digest()
            check.update(digest)
            held.append(Held(digest, last.at, last.size))
    span = Span(check.digest(), "", start, len(data), len(plain), isal_zlib.crc32(data))
    return span, held, last


def _pieces(path: Path, made: Codec) -> Iterator[tuple[bytes, bytes]]:
    """Each member or frame of the blob: compressed, and decompressed."""
    with path.open("rb") as handle:
        data = handle.read(CHUNK)
        while data:
            unzip = made.decompressor()
            packed, plain = [data], [unzip.decompress(data)]
            while not unzip.eof:
                if not (data := handle.read(CHUNK)):
                    raise Malformed("it ends too early")
                packed.append(data)
                plain.append(unzip.decompress(data))
            data = unzip.unused_data
            whole = b"".join(packed)
            yield whole[: len(whole) - len(data)], b"".join(plain)
            data = data or handle.read(CHUNK)
