"""How spans are compressed: gzip, which every engine reads, or zstd.

Members of gzip and frames of zstd are alike in what the store needs: each decompresses by itself,
and one after the other they are a stream that every reader of the format takes as one.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from isal import __version__ as isal_version
from isal import isal_zlib

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP_LEVEL, ZSTD_LEVEL = 1, 3
GZIP_WINDOW = 31  # zlib's number for a gzip header around the largest window
GZIP_HEADER = 10  # bytes of it as we write it
READ = 1 << 18  # bytes of a blob that are decompressed at once
STEP = 64  # bytes: what comes before a damage shall not be lost
ERRORS = (isal_zlib.IsalError, zstd.ZstdError)


class Decompressor(Protocol):
    """Of one member or frame; what follows it is ``unused_data``."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True)
class Codec:
    """``name``: as the plan and media types have it. ``id``: of all that decides its bytes.
    ``compress`` makes one member or frame, ``salvage`` decompresses a damaged span as far as it
    goes."""

    name: str
    id: bytes
    magic: bytes
    compress: Callable[[bytes], bytes]
    decompressor: Callable[[], Decompressor]
    salvage: Callable[[bytes], bytes]


def _salvaged_gzip(data: bytes) -> bytes:
    """Without the header: its check would keep zlib from giving what it has."""
    unzip = zlib.decompressobj(-zlib.MAX_WBITS)
    return _salvaged(unzip.decompress, data[GZIP_HEADER:])


def _salvaged_zstd(data: bytes) -> bytes:
    return _salvaged(zstd.ZstdDecompressor().decompress, data)


def _salvaged(decompress: Callable[[bytes], bytes], data: bytes) -> bytes:
    plain = b""
    with contextlib.suppress(zlib.error, EOFError, *ERRORS):
        for at in range(0, len(data), STEP):
            plain += decompress(data[at : at + STEP])
    return plain


def _gzip(data: bytes) -> bytes:
    found: bytes = isal_zlib.compress(data, GZIP_LEVEL, GZIP_WINDOW)
    return found


GZIP = Codec(
    "gzip",
    f"isal {isal_version} level {GZIP_LEVEL}".encode(),
    b"\x1f\x8b",
    _gzip,
    functools.partial(isal_zlib.decompressobj, wbits=GZIP_WINDOW),
    _salvaged_gzip,
)
ZSTD = Codec(
    "zstd",
    f"zstd {zstd.zstd_version} level {ZSTD_LEVEL}".encode(),
    b"\x28\xb5\x2f\xfd",
    functools.partial(zstd.compress, level=ZSTD_LEVEL),
    zstd.ZstdDecompressor,
    _salvaged_zstd,
)
CODECS = {codec.name: codec for codec in (GZIP, ZSTD)}


def of(data: bytes) -> Codec | None:
    """The codec of what begins with ``data``, None when it is not compressed."""
    return next((codec for codec in CODECS.values() if data.startswith(codec.magic)), None)


def of_file(path: Path) -> Codec | None:
    with path.open("rb") as handle:
        return of(handle.read(4))


def plain(path: Path) -> Iterator[bytes]:
    """What the blob at ``path`` decompresses to, read without the index."""
    made = of_file(path) or GZIP
    unpack = made.decompressor()
    with path.open("rb") as handle:
        while data := handle.read(READ):
            while data:
                yield unpack.decompress(data)
                data = unpack.unused_data
                if unpack.eof:
                    unpack = made.decompressor()
