"""What a layer's blob consists of.

A *span* is a byte range of a layer's blob that decompresses by itself: one or more members of gzip
or frames of zstd. It holds one large file, or a run of headers and small files. Its ``key`` names
what it decompresses to and by which codec it was made, so that an equal span can be copied instead
of compressed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """A finished layer blob: compressed digest and size, digest and size of the tar in it."""

    digest: str
    size: int
    diff_id: str
    raw_size: int


@dataclass(frozen=True, slots=True)
class Span:
    """``size`` bytes of ``blob`` from ``start``, ``raw_size`` when decompressed; CRC-32 of them."""

    key: bytes
    blob: str
    start: int
    size: int
    raw_size: int
    crc: int


@dataclass(frozen=True, slots=True)
class Held:
    """A content of ``size`` bytes that lies at byte ``at`` of its decompressed span."""

    digest: bytes
    at: int
    size: int
