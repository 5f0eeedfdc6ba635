"""Headers and small contents that are compressed together, and the keys that spans are known by."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from migrator.store.codec import Codec
from migrator.store.span import Held
from migrator.tarformat import padding


def recipe(codec: Codec) -> hashlib._Hash:
    """For the key of a run: to be given its headers and the digests of its contents, in order."""
    return hashlib.sha256(codec.id + b"\0run\0")


def large_key(codec: Codec, digest: bytes) -> bytes:
    return hashlib.sha256(codec.id + b"\0content\0" + digest).digest()


@dataclass
class Run:
    """Headers and small contents that are compressed together."""

    recipe: hashlib._Hash
    parts: list[bytes | None] = field(default_factory=list)  # None: a content to be looked up
    held: list[Held] = field(default_factory=list)
    missing: dict[int, bytes] = field(default_factory=dict)  # number of a part -> its digest
    size: int = 0

    def add(self, head: bytes) -> None:
        self.recipe.update(head)
        self.parts.append(head)
        self.size += len(head)

    def add_content(self, digest: bytes, size: int, data: bytes | None) -> None:
        self.recipe.update(digest)
        self.held.append(Held(digest, self.size, size))
        if data is None:
            self.missing[len(self.parts)] = digest
        end = padding(size)
        self.parts += (data, end)
        self.size += size + len(end)

    def plain(self, pieces: Callable[[bytes], Iterator[bytes]]) -> bytes:
        """The run, with what is missing from ``pieces``."""
        for number, digest in self.missing.items():
            self.parts[number] = b"".join(pieces(digest))
        self.missing = {}
        return b"".join(part or b"" for part in self.parts)

    def copy(self) -> Self:
        return replace(
            self,
            parts=self.parts.copy(),
            held=self.held.copy(),
            missing=self.missing.copy(),
            recipe=self.recipe.copy(),
        )
