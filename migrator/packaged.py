"""What the package databases of a source say of its files: owner and digest of each path.

A file is its package's own, byte for byte, when the digest of its content is the one that the
package brought. The digests that databases have differ: MD5 of dpkg, mostly SHA-256 of rpm.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

from migrator.agent import frames
from migrator.carrier import Carrier
from migrator.errors import ProtocolError


@dataclass(frozen=True, slots=True)
class Owner:
    """A package; ``version`` has the epoch, as in the facts. ``algorithm`` is a name of hashlib."""

    name: str
    version: str
    architecture: str
    algorithm: str


@dataclass(frozen=True, slots=True)
class Packaged:
    """``digest`` is that of the content as it came, b"" for what has none: directories, links, and
    files that the package only speaks of."""

    owner: Owner
    digest: bytes
    config: bool

    def is_unmodified(self, digest: bytes) -> bool:
        """Whether a content with this digest, made by the owner's algorithm, is the package's."""
        return bool(self.digest) and digest == self.digest


def ask(source: Carrier, root: str) -> dict[bytes, Packaged]:
    """Paths as in Entry.path: without leading slash, where they really lie. What no package owns,
    or only a database that cannot be read, is not in it."""
    with source.stream("agent", "packaged", {"root": root}) as channel:
        return read(channel.stdout)


def read(stream: BinaryIO) -> dict[bytes, Packaged]:
    """The frames of the agent's verb ``packaged``. A path of several packages is the last one's."""
    found: dict[bytes, Packaged] = {}
    count = 0
    try:
        while True:
            kind, payload = frames.read(stream)
            if kind == b"Z":
                break
            if kind != b"P":
                raise ProtocolError(f"a frame {kind!r} among packages")
            document = json.loads(_inflated(payload))
            owner = Owner(*(str(document[name]) for name in Owner.__slots__))
            for row in document["files"]:
                path, packaged = _row(owner, *row)
                found[path] = packaged
                count += 1
    except (frames.FrameError, KeyError, TypeError, ValueError, zlib.error) as error:
        raise ProtocolError(f"the list of packaged files is broken: {error}") from error
    if payload != frames.COUNT.pack(count):
        raise ProtocolError(f"{count} packaged files came, and the agent counts others")
    return found


def _row(owner: Owner, path: Any, digest: Any, config: Any) -> tuple[bytes, Packaged]:
    return os.fsencode(path), Packaged(owner, bytes.fromhex(digest), bool(config))


def _inflated(payload: bytes) -> bytes:
    inflater = zlib.decompressobj()
    data = inflater.decompress(payload, frames.LIMIT)
    if inflater.unconsumed_tail:
        raise frames.FrameError(f"a package with more than {frames.LIMIT} bytes")
    return data
