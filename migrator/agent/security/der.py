"""Just enough of DER to say whose a certificate is and how long it is good."""

from __future__ import absolute_import, division, print_function

from migrator.agent.files import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Item = tuple[int, bytes]  # tag, contents

SEQUENCE, OID, UTC_TIME, BIT_STRING, OCTETS = 0x30, 0x06, 0x17, 0x03, 0x04
VERSION, EXTENSIONS, DNS_NAME, URI, IP_ADDRESS = 0xA0, 0xA3, 0x82, 0x86, 0x87
SUBJECT_ALTERNATIVE_NAME = b"\x55\x1d\x11"
NAMES = {
    b"\x55\x04\x03": "CN",
    b"\x55\x04\x06": "C",
    b"\x55\x04\x07": "L",
    b"\x55\x04\x08": "ST",
    b"\x55\x04\x0a": "O",
    b"\x55\x04\x0b": "OU",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01": "emailAddress",
    b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19": "DC",
}


class Malformed(ValueError):
    """These bytes are no certificate."""


def items(data):
    # type: (bytes) -> Iterator[Item]
    """The elements of a sequence or set, one after the other."""
    at = 0
    while at < len(data):
        head = bytearray(data[at : at + 6])
        if len(head) < 2:
            raise Malformed("a cut element")
        length, size = head[1], 2
        if length >= 0x80:
            count = length & 0x7F
            size += count
            if not 0 < count <= 4 or len(head) < size:
                raise Malformed("a length of %d bytes" % count)
            length = 0
            for byte in head[2:size]:
                length = length << 8 | byte
        if at + size + length > len(data):
            raise Malformed("an element longer than what holds it")
        yield head[0], data[at + size : at + size + length]
        at += size + length


def certificate(data):
    # type: (bytes) -> dict[str, Any]
    """subject, issuer, names (alternative ones), not_before and not_after ("2026-01-31T00:00:00Z")
    of a certificate in DER; raises Malformed."""
    outer = list(items(data[: _whole(data)]))
    if not outer or outer[0][0] != SEQUENCE:
        raise Malformed("no sequence")
    parts = list(items(next(items(outer[0][1]), (0, b""))[1]))
    if parts and parts[0][0] == VERSION:
        parts = parts[1:]
    if len(parts) < 6 or [tag for tag, _ in parts[1:6]] != [SEQUENCE] * 5:
        raise Malformed("no certificate")
    _, _, issuer, validity, subject = (contents for _, contents in parts[:5])
    times = [_time(tag, text) for tag, text in items(validity)]
    if len(times) != 2:
        raise Malformed("no validity")
    names = []  # type: list[str]
    for tag, contents in parts[6:]:
        if tag == EXTENSIONS:
            names = _alternative_names(contents)
    return {
        "subject": _name(subject),
        "issuer": _name(issuer),
        "names": names,
        "not_before": times[0],
        "not_after": times[1],
    }


def _whole(data):
    # type: (bytes) -> int
    """Length of the first element: something may follow it."""
    head = bytearray(data[:6])
    if len(head) < 6 or head[1] < 0x80:
        return len(data)
    count = head[1] & 0x7F
    length = 0
    for byte in head[2 : 2 + count]:
        length = length << 8 | byte
    return 2 + count + length


def _name(data):
    # type: (bytes) -> str
    """ "C=DE, O=Example, CN=www.example.org", in the order of the certificate."""
    found = []
    for _, attributes in items(data):
        for _, pair in items(attributes):
            (_, oid), (_, value) = (list(items(pair)) + [(0, b"")] * 2)[:2]
            if oid in NAMES:
                found.append("%s=%s" % (NAMES[oid], decoded(value)))
    return ", ".join(found)


def _time(tag, text):
    # type: (int, bytes) -> str
    digits = decoded(text)
    if tag == UTC_TIME:
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    day, clock = digits[:8], digits[8:14]
    if len(clock) != 6:
        raise Malformed("no time")
    date = "%s-%s-%s" % (day[:4], day[4:6], day[6:])
    return "%sT%s:%s:%sZ" % (date, clock[:2], clock[2:4], clock[4:])


def _alternative_names(data):
    # type: (bytes) -> list[str]
    found = []
    for _, extensions in items(data):
        for _, extension in items(extensions):
            parts = list(items(extension))
            if len(parts) < 2 or parts[0] != (OID, SUBJECT_ALTERNATIVE_NAME):
                continue
            for _, names in items(parts[-1][1]):
                found += [_alternative(tag, name) for tag, name in items(names)]
    return [name for name in found if name]


def _alternative(tag, name):
    # type: (int, bytes) -> str
    if tag in (DNS_NAME, URI):
        return decoded(name)
    if tag == IP_ADDRESS and len(name) == 4:
        return ".".join(str(byte) for byte in bytearray(name))
    return ""
