"""The one gateway to the kernel's routing netlink: dumps of its tables, without root."""

from __future__ import absolute_import, division, print_function

import binascii
import socket
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

TABLES = {"link": 18, "addr": 22, "route": 26, "rule": 34}  # RTM_GETLINK ...
DUMP = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
ERROR, DONE, OVERRUN = 2, 3, 4
HEAD = struct.Struct("=IHHII")  # length, type, flags, sequence, port
ATTRIBUTE = struct.Struct("=HH")  # length, type
TYPE = 0x3FFF  # an attribute's type without its flags
PIECE = 1 << 16  # bytes: longer than any message of a dump
MOST = 16 << 20  # bytes: some hundred thousand routes
PATIENCE = 10  # seconds


class NetlinkError(Exception):
    """The kernel, or this Python, does not speak netlink, or what it said is cut off."""


def dump(table):
    # type: (str) -> bytes
    """The messages of one of TABLES, of all address families, as the kernel sent them."""
    if not hasattr(socket, "AF_NETLINK"):
        raise NetlinkError("this Python knows no netlink")
    request = HEAD.pack(HEAD.size + 16, TABLES[table], DUMP, 1, 0) + bytes(bytearray(16))
    try:
        channel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)  # NETLINK_ROUTE
        try:
            channel.settimeout(PATIENCE)
            channel.sendto(request, (0, 0))
            return _received(channel)
        finally:
            channel.close()
    except EnvironmentError as error:
        raise NetlinkError("netlink: %s" % error)


def _received(channel):
    # type: (socket.socket) -> bytes
    pieces = []  # type: list[bytes]
    size = 0
    while size < MOST:
        piece = channel.recv(PIECE)
        pieces.append(piece)
        size += len(piece)
        for kind, body in _parts(piece):
            if kind == ERROR:
                raise NetlinkError("netlink: error %d" % -struct.unpack("=i", body[:4])[0])
            if kind == DONE:
                return b"".join(pieces)
    raise NetlinkError("netlink: more than %d bytes" % MOST)


def recorded(text):
    # type: (str) -> bytes
    """What ``dump`` returned once, from the hexadecimal digits it is kept in."""
    try:
        return binascii.unhexlify("".join(text.split()).encode("ascii"))
    except (ValueError, TypeError) as error:  # Python 2 has a TypeError for odd digits
        raise NetlinkError("netlink: %s" % error)


def messages(data, head):
    # type: (bytes, struct.Struct) -> Iterator[tuple[tuple[int, ...], dict[int, bytes]]]
    """(fields of ``head``, attributes) of each message of a dump."""
    for kind, body in _parts(data):
        if kind > OVERRUN and len(body) >= head.size:
            yield head.unpack_from(body), attributes(body[head.size :])


def _parts(data):
    # type: (bytes) -> Iterator[tuple[int, bytes]]
    at = 0
    while at + HEAD.size <= len(data):
        length, kind = HEAD.unpack_from(data, at)[:2]
        if length < HEAD.size:
            return
        yield kind, data[at + HEAD.size : at + length]
        at += _aligned(length)


def attributes(data):
    # type: (bytes) -> dict[int, bytes]
    """The value of each attribute by its type; what is nested is one value."""
    found = {}  # type: dict[int, bytes]
    at = 0
    while at + ATTRIBUTE.size <= len(data):
        length, kind = ATTRIBUTE.unpack_from(data, at)
        if length < ATTRIBUTE.size:
            break
        found[kind & TYPE] = data[at + ATTRIBUTE.size : at + length]
        at += _aligned(length)
    return found


def _aligned(length):
    # type: (int) -> int
    return (length + 3) & ~3


def number(value):
    # type: (bytes | None) -> int
    """An unsigned integer of any of the kernel's sizes; 0 for none."""
    form = {1: "=B", 2: "=H", 4: "=I", 8: "=Q"}.get(len(value or b""))
    return int(struct.unpack(form, value)[0]) if form and value else 0


def word(value):
    # type: (bytes | None) -> str
    """A name: up to its closing zero."""
    return (value or b"").partition(b"\0")[0].decode("utf-8", "replace")


def address(value):
    # type: (bytes | None) -> str
    """An IPv4 or IPv6 address as text, "" for none."""
    family = {4: socket.AF_INET, 16: socket.AF_INET6}.get(len(value or b""))
    return socket.inet_ntop(family, value) if family and value else ""
