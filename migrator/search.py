"""What must not be in an image: the contents of a host's secrets, and private keys of any kind."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping

SHORTEST = 20  # bytes of a content that is searched for; of a shorter one, whole files are
FEWEST = 4  # bytes of a content that means something
HEADS = (b"PRIVATE KEY", b"PuTTY-User-Key-File-", b"OpenVPN Static key")  # of what is looked at
KEY = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----\s+(?:[\w-]+: [^\n]*\n\s*)*"
    rb"[A-Za-z0-9+/=]{32}"
    rb"|PuTTY-User-Key-File-\d: \S"
    rb"|-----BEGIN OpenVPN Static key V1-----\s+[0-9a-f]{32}"
)
LONGEST = 1 << 12  # bytes of the beginning of a key
A_KEY = "a private key"
Found = tuple[int, str]  # byte where it begins, what it is


class Search:
    """``contents``: path -> content of each secret of a host."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        stripped = {path: data.strip() for path, data in contents.items()}
        self._wanted = {path: data for path, data in stripped.items() if len(data) >= SHORTEST}
        self._overlap = max([LONGEST, *map(len, self._wanted.values())])
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()}
        told = json.dumps(digests, sort_keys=True).encode()
        self.bundle = hashlib.sha256(told).hexdigest()  # another one when another thing is wanted

    def within(self, text: bytes) -> Iterator[Found]:
        for path, data in self._wanted.items():
            at = text.find(data)
            while at >= 0:
                yield at, f"the content of {path}"
                at = text.find(data, at + len(data))
        if any(head in text for head in HEADS):
            for match in KEY.finditer(text):
                yield match.start(), A_KEY

    def along(self, pieces: Iterable[bytes]) -> Iterator[tuple[bytes, list[Found]]]:
        """Each of ``pieces`` with what was found up to its end; a seam between two hides nothing,
        but what lies at one can be found twice."""
        kept, start = b"", 0
        for piece in pieces:
            text = kept + piece
            yield piece, [(start + at, what) for at, what in self.within(text)]
            kept = text[-self._overlap :]
            start += len(text) - len(kept)
