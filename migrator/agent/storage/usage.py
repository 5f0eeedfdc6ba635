"""How much lies in which directory, and how much of it changes: a walk that ends in time."""

from __future__ import absolute_import, division, print_function

import collections
import errno
import os
import stat
import time

from migrator.agent.files import decoded, encoded
from migrator.agent.host import Host
from migrator.agent.mounts import table
from migrator.agent.storage.mounted import is_bind
from migrator.agent.storage.oddities import Oddities
from migrator.agent.walk import closed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    Row = dict[str, int]
    Turn = tuple[list[bytes], tuple[Row, ...]]  # what is to be counted, and for what

PATIENCE = 1.0  # seconds
MOST = 300000  # entries
TURN = 256  # entries that are counted before another directory has its turn
WIDE = 200  # directories of the second level with a row of their own, in one of the first
LARGEST = 8 << 20  # bytes of a directory that is listed: its names must fit in memory
DAY = 86400  # seconds
LEFT_OUT = ("proc", "sys", "dev", "run", "lost+found")
AGES = (
    ("files", "size", None),
    ("files_day", "size_day", DAY),
    ("files_week", "size_week", 7 * DAY),
)
COUNTS = [name for files, sizes, _ in AGES for name in (files, sizes)]


def usage(host, now, oddities):
    # type: (Host, int, Oddities) -> list[dict[str, Any]]
    """Sorted by path; ``oddities`` sees each file too."""
    if host.live and not host.real:
        return []  # what a recording's files take says nothing about the host
    walk = Walk(host, now, oddities)
    for name in host.names("/"):
        if name not in LEFT_OUT:
            walk.top(b"/" + encoded(name))
    walk.run()
    if walk.cut:
        message = "after %d entries, %s and more were not counted"
        host.failed("storage.usage", "limited", message % (walk.entries, decoded(walk.cut[0])))
    return walk.done()


class Walk(object):
    """Each directory of the second level has its turn, so that a huge one starves no other."""

    def __init__(self, host, now, oddities):
        # type: (Host, int, Oddities) -> None
        self.base = b"" if host.path == "/" else encoded(host.path)
        self.now = now
        self.see = oddities.see
        self.end = time.time() + PATIENCE
        self.entries = 0
        self.host = host
        self.cut = []  # type: list[bytes]  # what was not counted, for want of time or memory
        self.denied = []  # type: list[bytes]  # directories that only root may list
        self.rows = {}  # type: dict[bytes, dict[str, Any]]
        self.turns = collections.deque()  # type: collections.deque[Turn]
        self.linked = set()  # type: set[tuple[int, int]]
        mounts = list(table(host)) if host.real else []
        binds = (m.path for number, m in enumerate(mounts) if is_bind(m, mounts[:number]))
        self.closed = closed(host) | set(encoded(path) for path in binds)

    def top(self, top):
        # type: (bytes) -> None
        """Plan the turns for a directory of the first level."""
        if top in self.closed or not _is_directory(self.base + top):
            return
        self.rows[top] = dict.fromkeys(COUNTS, 0)
        others = []
        for number, path in enumerate(reversed(self.inside(top))):
            if number < WIDE and path not in self.closed and _is_directory(self.base + path):
                self.rows[path] = dict.fromkeys(COUNTS, 0)
                self.turns.append(([path], (self.rows[top], self.rows[path])))
            else:
                others.append(path)
        self.turns.append((others, (self.rows[top],)))

    def run(self):
        # type: () -> None
        while self.turns and self.entries < MOST and time.time() < self.end:
            waiting, rows = self.turns.popleft()
            for _ in range(TURN):
                if not waiting:
                    break
                path = waiting.pop()
                self.entries += 1
                if path not in self.closed and self.count(path, rows):
                    waiting.extend(self.inside(path))
            if waiting:
                self.turns.append((waiting, rows))
        self.cut.extend(waiting[-1] for waiting, _ in self.turns if waiting)

    def inside(self, path):
        # type: (bytes) -> list[bytes]
        """What is in a directory, nothing where it must not be entered."""
        place = self.base + path
        try:
            if path in self.closed or not _is_directory(place):
                return []
            if os.lstat(place).st_size > LARGEST:
                self.cut.append(path)
                return []
            return [path + b"/" + name for name in sorted(os.listdir(place), reverse=True)]
        except OSError as error:
            self.host.unread(decoded(path), error)
            if error.errno == errno.EACCES:
                self.denied.append(path)
            return []

    def count(self, path, rows):
        # type: (bytes, Sequence[dict[str, int]]) -> bool
        """Add a file to ``rows``; True for a directory."""
        try:
            found = os.lstat(self.base + path)
        except OSError:
            return False  # it is gone
        self.see(path, found)
        if stat.S_ISREG(found.st_mode) and not self.known(found):
            size = min(found.st_size, found.st_blocks * 512)
            age = self.now - found.st_mtime
            for files, sizes, limit in AGES:
                for row in rows if limit is None or age < limit else ():
                    row[files] += 1
                    row[sizes] += size
        return stat.S_ISDIR(found.st_mode)

    def known(self, found):
        # type: (os.stat_result) -> bool
        """Whether the file was counted by another of its names."""
        if found.st_nlink < 2:
            return False
        before = len(self.linked)
        self.linked.add((found.st_dev, found.st_ino))
        return len(self.linked) == before

    def done(self):
        # type: () -> list[dict[str, Any]]
        found = []
        for path, row in sorted(self.rows.items()):
            lost = self.cut + self.denied
            cut = any((inner + b"/").startswith(path + b"/") for inner in lost)
            found.append(dict(row, path=decoded(path), complete=not cut))
        return found


def _is_directory(place):
    # type: (bytes) -> bool
    try:
        return stat.S_ISDIR(os.lstat(place).st_mode)
    except OSError:
        return False  # it is gone
