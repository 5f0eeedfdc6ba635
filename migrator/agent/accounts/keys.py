"""Public keys that open a login, as fingerprints, wherever sshd looks for them."""

from __future__ import absolute_import, division, print_function

import base64
import binascii
import hashlib
import re
import struct

from migrator.agent import sshd
from migrator.agent.files import encoded
from migrator.agent.host import Host
from migrator.agent.redact import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

DEFAULT = ".ssh/authorized_keys .ssh/authorized_keys2"
DIRECTORY = "/etc/ssh/authorized_keys.d"  # of images of cloud vendors, CoreOS and NixOS
TYPES = (
    r"(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp\d+|sk-(?:ssh|ecdsa)-\S+)(?:-cert-v01@\S+)?"
)
KEY = re.compile(r"(?:^|\s)(%s)\s+([A-Za-z0-9+/=]+)(?:\s+(.*))?$" % TYPES)
BITS = {"ssh-ed25519": 256, "ssh-ed448": 456, "sk-ssh-ed25519@openssh.com": 256}


def read(host, users):
    # type: (Host, Sequence[dict[str, Any]]) -> list[dict[str, Any]]
    """``users`` are those that ``users.read`` found."""
    settings = sshd.lines(host)
    found = []
    for path, user in _places(settings, users):
        found += list(_keys(host, path, user, "login"))
    seen = set(row["where"].rpartition(":")[0] for row in found)
    for path in [path for path in host.files(DIRECTORY) if path not in seen]:
        found += list(_keys(host, path, path.rpartition("/")[2], "login"))
    authorities = sshd.value_of(settings, "TrustedUserCAKeys", "none")
    if authorities.startswith("/"):
        found += list(_keys(host, authorities, "", "authority"))
    return found


def _places(settings, users):
    # type: (list[sshd.Line], Sequence[dict[str, Any]]) -> list[tuple[str, str]]
    """(path, user) of the files that sshd would look into, also in Match blocks; a file that is
    the same for all of them has the user ""."""
    values = [x.value for x in settings if x.key.lower() == "authorizedkeysfile"]
    if not sshd.value_of(settings, "AuthorizedKeysFile", ""):
        values.insert(0, DEFAULT)
    patterns = [word for value in values for word in sshd.words(value) if word.lower() != "none"]
    found = []  # type: list[tuple[str, str]]
    seen = set()  # type: set[tuple[str, str]]
    for user in users:
        tokens = {"%h": user["home"], "%u": user["name"], "%U": str(user["uid"]), "%%": "%"}
        for pattern in patterns:
            parts = re.split("(%[huU%])", pattern)  # type: list[str]
            path = "".join(tokens.get(part, part) for part in parts)
            if path[:1] != "/":
                path = user["home"].rstrip("/") + "/" + path
            place = (path, "" if path == pattern else user["name"])
            if place not in seen:
                seen.add(place)
                found.append(place)
    return found


def _keys(host, path, user, use):
    # type: (Host, str, str, str) -> Iterator[dict[str, Any]]
    for where, line in host.numbered(path):
        if not line.strip() or line.lstrip()[:1] == "#":
            continue
        key = KEY.search(line)
        blob = _blob(key.group(2)) if key else b""
        if not key or not blob:
            host.strange("accounts", where, redacted(line))
            continue
        options = line[: key.start(1)].strip()
        yield {
            "user": user,
            "use": "authority" if "cert-authority" in options else use,
            "where": where,
            "type": key.group(1),
            "bits": bits(key.group(1), blob),
            "fingerprint": fingerprint(blob),
            "comment": redacted((key.group(3) or "").strip()),
            "options": [redacted(option) for option in _options(options)],
        }


def _options(text):
    # type: (str) -> list[str]
    """Split at commas that are not quoted."""
    return re.findall(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+', text)


def _blob(text):
    # type: (str) -> bytes
    try:
        return base64.b64decode(encoded(text))
    except (ValueError, TypeError, binascii.Error):
        return b""


def fingerprint(blob):
    # type: (bytes) -> str
    """As ``ssh-keygen -l`` prints it."""
    digest = base64.b64encode(hashlib.sha256(blob).digest())
    return "SHA256:" + digest.decode("ascii").rstrip("=")


def bits(kind, blob):
    # type: (str, bytes) -> int
    """The length of the key, 0 where it is not known."""
    curve = re.match(r"(?:sk-)?ecdsa-sha2-nistp(\d+)", kind)
    if curve:
        return int(curve.group(1))
    if kind not in ("ssh-rsa", "ssh-dss"):
        return BITS.get(kind, 0)
    parts = []  # type: list[bytes]
    while len(blob) >= 4 and len(parts) < 3:
        (length,) = struct.unpack(">I", blob[:4])
        parts.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    number = parts[2 if kind == "ssh-rsa" else 1] if len(parts) == 3 else b""
    number = number.lstrip(b"\0")
    first = bytearray(number[:1] or b"\0")[0]
    return (len(number) - 1) * 8 + first.bit_length() if number else 0
