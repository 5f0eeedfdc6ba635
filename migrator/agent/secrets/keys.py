"""Private keys, by what a file begins with."""

from __future__ import absolute_import, division, print_function

import re

PEM = re.compile(b"-----BEGIN ((?:[A-Z0-9]+ ){0,3})PRIVATE KEY(?: BLOCK)?-----\\r?\\n")
ENCRYPTED = re.compile(b"ENCRYPTED|aes256-ctr|bcrypt")
PKCS12 = re.compile(b"\\A\\x30(?:\\x80|[\\x81-\\x84].{1,4})\\x02\\x01\\x03", re.DOTALL)
STORES = ((b"\xfe\xed\xfe\xed", "Java keystore"), (b"\xce\xce\xce\xce", "Java keystore"))


def kind(path, content):
    # type: (str, bytes) -> tuple[str, str]
    """(kind, what it is) of a file that begins with ``content``; ("", "") for no key."""
    found = PEM.search(content)
    if found and ("/ssh_host_" in path):
        return "ssh-host-key", ""
    if found:
        name = found.group(1).decode("ascii").strip() or "PKCS8"
        return "private-key", name
    if content.startswith(b"PuTTY-User-Key-File-"):
        return "private-key", "PuTTY"
    if b"-----BEGIN OpenVPN Static key" in content:
        return "private-key", "OpenVPN"
    for start, name in STORES:
        if content.startswith(start):
            return "private-key", name
    if PKCS12.match(content) and re.search(r"(?i)\.(?:p12|pfx|pkcs12|jks|keystore|ks)$", path):
        return "private-key", "PKCS12"
    return "", ""
