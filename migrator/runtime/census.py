"""What a directory looked like when we left it, to see later what others changed in it since.

A census is a file with the inode and the time of change of each path, which no program can set.
"""

import gzip
import os
import struct
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional, Tuple

HEAD = struct.Struct(">QqI")  # inode, time of change in nanoseconds, length of the path
State = Tuple[int, int]


class Difference(NamedTuple):
    """Paths relative to the directory, which itself is b"". ``touched``: changed or gone."""

    touched: List[bytes]
    extra: List[bytes]


def take(census: Path, place: Path) -> None:
    """Replaces ``census`` atomically."""
    temporary = census.with_name(census.name + ".new")
    with gzip.open(str(temporary), "wb", 1) as handle:
        for path, (inode, changed) in _walk(os.fsencode(str(place))):
            handle.write(HEAD.pack(inode, changed, len(path)) + path)
    temporary.replace(census)


def differs(census: Path, place: Path) -> Optional[Difference]:
    """None without a census that can be read."""
    try:
        before = dict(_read(census))
    except (OSError, EOFError, struct.error):
        return None
    touched, extra = [], []
    for path, state in _walk(os.fsencode(str(place))):
        known = before.pop(path, None)
        if known is None:
            extra.append(path)
        elif known != state:
            touched.append(path)
    return Difference(sorted(touched + list(before)), extra)


def _read(census: Path) -> Iterator[Tuple[bytes, State]]:
    with gzip.open(str(census), "rb") as handle:
        while True:
            head = handle.read(HEAD.size)
            if not head:
                return
            inode, changed, size = HEAD.unpack(head)
            yield handle.read(size), (inode, changed)


def _walk(place: bytes) -> Iterator[Tuple[bytes, State]]:
    found = os.lstat(place)
    yield b"", (found.st_ino, found.st_ctime_ns)
    waiting = [b""]
    while waiting:
        directory = waiting.pop()
        with os.scandir(os.path.join(place, directory)) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                path = os.path.join(directory, entry.name)
                yield path, (found.st_ino, found.st_ctime_ns)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
