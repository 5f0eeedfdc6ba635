"""Fingerprints of the public keys that package managers trust."""

from __future__ import absolute_import, division, print_function

import base64
import re
import struct

from migrator.agent.host import Host
from migrator.agent.packages.check import hasher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

PLACES = (
    "/etc/apt/trusted.gpg",
    "/etc/apt/trusted.gpg.d",
    "/etc/apt/keyrings",
    "/etc/pki/rpm-gpg",
)
PUBLIC_KEY = 6  # tag of the packet of a primary key
ARMOR = re.compile(
    b"-----BEGIN PGP PUBLIC KEY BLOCK-----[ \\t]*\\r?\\n(?:.*\\S.*\\n)*?[ \\t]*\\r?\\n"
    b"([A-Za-z0-9+/\\s]*)"
)
BLANK = re.compile(b"[ \\t\\r\\n]")
# Version of a key -> (digest, first byte of what is digested, form of the length that follows).
FINGERPRINTS = {
    4: ("sha1", b"\x99", ">H"),
    5: ("sha256", b"\x9a", ">I"),
    6: ("sha256", b"\x9b", ">I"),
}


def read(host, sources, installed):
    # type: (Host, list[dict[str, Any]], list[dict[str, Any]]) -> list[dict[str, str]]
    """Keys in the directories of the package managers, those that a source names, and rpm's."""
    paths = []  # type: list[str]
    for place in PLACES:
        paths += host.files(place) or [place]
    for source in sources:
        for key in source["keys"]:
            path = key.replace("file://", "", 1)
            paths += [path] if path.startswith("/") and path not in paths else []
    found = []
    for path in paths:
        for fingerprint in fingerprints(host.raw(path)):
            found.append({"path": path, "fingerprint": fingerprint})
    for package in installed:
        if package["name"] == "gpg-pubkey":
            fingerprint = package["version"].partition("-")[0]
            found.append({"path": "rpm", "fingerprint": fingerprint})
    return found


def fingerprints(data):
    # type: (bytes) -> list[str]
    """Of the primary keys in a keyring, binary or in ASCII armor, but those of version 3."""
    blocks = ARMOR.findall(data)
    if not blocks:
        return list(_fingerprints(data))
    found = []  # type: list[str]
    for block in blocks:
        text = BLANK.sub(b"", block)
        found += _fingerprints(base64.b64decode(text[: len(text) // 4 * 4]))
    return found


def _fingerprints(data):
    # type: (bytes) -> Iterator[str]
    for tag, body in _packets(bytearray(data)):
        if tag == PUBLIC_KEY and body[:1] and body[0] in FINGERPRINTS:
            algorithm, begin, form = FINGERPRINTS[body[0]]
            if form == ">I" or len(body) < 1 << 16:
                digest = hasher(algorithm)
                digest.update(begin + struct.pack(form, len(body)) + bytes(body))
                yield str(digest.hexdigest())


def _packets(data):
    # type: (bytearray) -> Iterator[tuple[int, bytearray]]
    """(tag, body) up to the first that is cut off, of unknown length, or no packet."""
    at = 0
    while at < len(data) and data[at] & 0x80:
        new = data[at] & 0x40
        tag = data[at] & 0x3F if new else data[at] >> 2 & 0x0F
        kind = data[at] & 0x03
        size = _new_length(data[at + 1 : at + 6]) if new else _old_length(data, at, kind)
        if size is None or at + sum(size) > len(data):
            return
        at += size[0]
        yield tag, data[at : at + size[1]]
        at += size[1]


def _new_length(head):
    # type: (bytearray) -> tuple[int, int] | None
    """(bytes of the header, bytes of the body); partial lengths are only for data."""
    first = head[0] if head else 255
    if first < 192:
        return 2, first
    if first < 224 and len(head) > 1:
        return 3, (first - 192 << 8) + head[1] + 192
    if first == 255 and len(head) == 5:
        return 6, struct.unpack(">I", bytes(head[1:]))[0]
    return None


def _old_length(data, at, kind):
    # type: (bytearray, int, int) -> tuple[int, int] | None
    width = 1 << kind
    octets = bytes(data[at + 1 : at + 1 + width])
    if kind == 3 or len(octets) < width:
        return None
    return 1 + width, struct.unpack({1: ">B", 2: ">H", 4: ">I"}[width], octets)[0]
