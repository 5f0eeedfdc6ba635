"""Search the bytes of a layer while they are in memory: to decompress them for it costs more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from migrator.search import Search
from migrator.store.tar import members


@dataclass
class Looking:
    """``hits``: (path in the layer, what it is), once each. ``whole``: all was looked at so far.
    Without a ``search`` nothing is."""

    search: Search | None = None
    hits: dict[tuple[str, str], None] = field(default_factory=dict)
    whole: bool = True

    def run(self, plain: bytes) -> None:
        """Headers and small contents; none of them goes on in another span."""
        for at, what in self.search.within(plain) if self.search else ():
            name = next(member.name for member in members(plain) if at < member.end)
            self.hits[_path(name), what] = None

    def large(self, head: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Give on the pieces of the content that follows ``head``."""
        if self.search is None:
            yield from pieces
            return
        for piece, found in self.search.along(pieces):
            for _, what in found:
                self.hits[_path(next(members(head)).name), what] = None
            yield piece

    def copy(self) -> Self:
        return replace(self, hits=self.hits.copy())


def _path(name: bytes) -> str:
    return "/" + name.decode("utf-8", "surrogateescape").removeprefix("./").rstrip("/")
