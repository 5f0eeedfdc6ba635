"""The kernel's tables in /proc/net: rows of words, addresses in the machine's byte order."""

from __future__ import absolute_import, division, print_function

import binascii
import socket
import struct

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator, TypeVar

    T = TypeVar("T")

BROKEN = (ValueError, TypeError, IndexError, struct.error, EnvironmentError)


def rows(host, subject, path, parse, heading=1):
    # type: (Host, str, str, Callable[[list[str]], T], int) -> Iterator[T]
    """``parse`` of the words of each line below the heading; a line that it cannot take is kept
    as strange."""
    for number, (where, line) in enumerate(host.numbered(path)):
        if number >= heading and line:
            try:
                yield parse(line.split())
            except BROKEN:
                host.strange(subject, where, line)


def address(text):
    # type: (str) -> str
    """Of 32-bit words in hexadecimal, each in the machine's byte order; "" for another length."""
    words = struct.unpack("=%dI" % (len(text) // 8), binascii.unhexlify(text))
    return plain(struct.pack(">%dI" % len(words), *words))


def network_order(text):
    # type: (str) -> str
    """Of an IPv6 address in hexadecimal without colons."""
    return plain(binascii.unhexlify(text))


def plain(packed):
    # type: (bytes) -> str
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed)
