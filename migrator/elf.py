"""What a program needs to be loaded: its machine, its interpreter, its libraries."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MACHINES = {3: "i686", 20: "ppc", 21: "ppc64le", 40: "armv7l", 62: "x86_64", 183: "aarch64"}
MAGIC = b"\x7fELF\x02\x01"  # of 64 bits, the lowest byte first
LOAD, DYNAMIC, INTERPRETER = 1, 2, 3  # types of segments
NEEDED, STRINGS = 1, 5  # tags of the dynamic section


@dataclass(frozen=True)
class Program:
    """``interpreter`` is "" for a program that is linked statically."""

    machine: str
    interpreter: str
    needed: tuple[str, ...]


@dataclass(frozen=True)
class Segment:
    kind: int
    offset: int
    address: int
    size: int


def program(data: bytes) -> Program | None:
    """None for what is no program that this machine's family could run."""
    if not data.startswith(MAGIC):
        return None
    try:
        (machine,) = struct.unpack_from("<H", data, 18)
        segments = list(_segments(data))
        return Program(
            MACHINES.get(machine, str(machine)),
            next((_text(data, s.offset) for s in segments if s.kind == INTERPRETER), ""),
            tuple(_needed(data, segments)),
        )
    except (struct.error, ValueError, OverflowError):
        return None


def _segments(data: bytes) -> Iterator[Segment]:
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for at in range(start, start + size * count, size):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, at)
        yield Segment(kind, offset, address, length)


def _needed(data: bytes, segments: list[Segment]) -> Iterator[str]:
    dynamic = next((s for s in segments if s.kind == DYNAMIC), None)
    if dynamic is None:
        return
    pairs = [
        struct.unpack_from("<QQ", data, at)
        for at in range(dynamic.offset, dynamic.offset + dynamic.size, 16)
    ]
    strings = next((value for tag, value in pairs if tag == STRINGS), 0)
    place = next(
        (
            s.offset + strings - s.address
            for s in segments
            if s.kind == LOAD and s.address <= strings < s.address + s.size
        ),
        0,
    )
    for tag, value in pairs:
        if tag == NEEDED:
            yield _text(data, place + value)


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()
