"""Files below the root that is read, as text that keeps every byte."""

from __future__ import absolute_import, division, print_function

import fnmatch
import os
import re
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Callable, Iterator

LIMIT = 32 << 20  # bytes: a file that is larger is no configuration
MOST_LINKS = 40  # as in the kernel
PIECE = 1 << 16  # bytes: the kernel refuses a large read of its own files
NOWHERE = "/dev/null/closed"  # nothing can be there, so looking at it touches nothing
PROCESSES = tuple("/proc/" + name for name in "self 1 2 3 4 5 6 7 8 9".split())  # with odd links


class Root(object):
    """``path`` is "/" for the running host or the directory that holds another one's files.

    ``closed`` says of a place whether it must not be touched; what lies there is not found.
    """

    def __init__(self, path):
        # type: (str) -> None
        self.path = path.rstrip("/") or "/"
        self.closed = None  # type: Callable[[str], bool] | None
        self._parents = {}  # type: dict[str, list[str] | None]

    def at(self, path, follow=True):
        # type: (str, bool) -> str
        """A name that the system's calls take; Python 2 knows such names only as bytes.

        In a directory, links lead where they would lead on its own host, never out of it; the last
        part of ``path`` is only followed with ``follow``.
        """
        if "\0" in path:  # no name has one, and some Pythons raise
            return _native(NOWHERE)
        if self.path == "/" and (self.closed is None or path.startswith(PROCESSES)):
            return _native(path)
        parent, _, name = path.rpartition("/")
        if parent not in self._parents:
            self._parents[parent] = self._walked([], parent, True)
        above = self._parents[parent]
        parts = None if above is None else self._walked(above, name, follow)
        return _native(NOWHERE if parts is None else self._place(parts))

    def _place(self, parts):
        # type: (list[str]) -> str
        return self.path.rstrip("/") + "".join("/" + part for part in parts) or "/"

    def _walked(self, start, path, follow):
        # type: (list[str], str, bool) -> list[str] | None
        """The parts of ``path``, seen from ``start``, without links; None where it is closed."""
        waiting = [part for part in reversed(path.split("/")) if part]
        done = list(start)
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                del done[-1:]
            elif part != ".":
                place = self._place(done + [part])
                if self.closed and self.closed(place):
                    return None
                target = _target(place) if waiting or follow else ""
                links += bool(target)
                if not target or links > MOST_LINKS:
                    done.append(part)
                else:
                    done = [] if target.startswith("/") else done
                    waiting.extend(part for part in reversed(target.split("/")) if part)
        return done

    def inside(self, place):
        # type: (str) -> str
        """The path on the host of a name that ``at`` gave."""
        return place if self.path == "/" else place[len(self.path) :]

    def raw(self, path, most=LIMIT):
        # type: (str, int) -> bytes
        """The first bytes of a regular file, b"" when there is none that we may read."""
        place = self.at(path)
        try:
            if not stat.S_ISREG(os.stat(place).st_mode):
                return b""
            with open(place, "rb") as handle:
                return b"".join(_pieces(handle, most))
        except (IOError, OSError) as error:
            self.unread(path, error)
            return b""

    def unread(self, path, error):
        # type: (str, EnvironmentError) -> None
        """``path`` could not be read, mostly since there is none; for those that keep account."""

    def text(self, path):
        # type: (str) -> str
        return decoded(self.raw(path))

    def lines(self, path):
        # type: (str) -> list[str]
        """Split at newlines only, as the programs that read these files do."""
        return [line for _, line in self.numbered(path)]

    def numbered(self, path):
        # type: (str) -> Iterator[tuple[str, str]]
        """("path:line", line) of each line; only one of them is decoded at a time."""
        data = self.raw(path)
        for number, line in enumerate(data.rstrip(b"\n").split(b"\n") if data else (), 1):
            yield "%s:%d" % (path, number), decoded(line)

    def names(self, path):
        # type: (str) -> list[str]
        """What is in a directory, sorted; empty when there is none."""
        try:
            return sorted(decoded(name) for name in os.listdir(encoded(self.at(path))))
        except OSError as error:
            self.unread(path, error)
            return []

    def files(self, path):
        # type: (str) -> list[str]
        """Absolute paths of the regular files in a directory."""
        found = [path.rstrip("/") + "/" + name for name in self.names(path)]
        return [name for name in found if os.path.isfile(self.at(name))]

    def matching(self, pattern):
        # type: (str) -> list[str]
        """What a shell would name for an absolute pattern, sorted."""
        found = [""]
        for part in [part for part in pattern.split("/") if part]:
            if re.search(r"[*?[]", part):
                names = ((top, name) for top in found for name in self.names(top or "/"))
                shown = ((t, n) for t, n in names if part[0] == "." or n[:1] != ".")
                found = [t + "/" + n for t, n in shown if fnmatch.fnmatchcase(n, part)]
            else:
                found = [top + "/" + part for top in found]
        return [path for path in found if self.exists(path)]

    def exists(self, path):
        # type: (str) -> bool
        return os.path.lexists(self.at(path, follow=False))

    def link(self, path):
        # type: (str) -> str
        """Where a symbolic link points, "" for all else."""
        return _target(self.at(path, follow=False))


def _pieces(handle, left):
    # type: (IO[bytes], int) -> Iterator[bytes]
    while left:
        piece = handle.read(min(left, PIECE))
        if not piece:
            return
        yield piece
        left -= len(piece)


def _native(place):
    # type: (str) -> str
    return place if sys.version_info[0] > 2 else encoded(place)  # type: ignore[return-value]


def _target(place):
    # type: (str) -> str
    try:
        return decoded(encoded(os.readlink(_native(place))))
    except OSError:
        return ""


def encoded(text):
    # type: (str) -> bytes
    """The bytes that ``decoded`` made ``text`` from."""
    if isinstance(text, bytes):
        return text
    if sys.version_info[0] > 2:
        return text.encode("utf-8", "surrogateescape")
    try:
        return text.encode("ascii")
    except UnicodeEncodeError:
        pass
    return b"".join(_byte(letter) or letter.encode("utf-8") for letter in text)


def _byte(letter):
    # type: (str) -> bytes
    """The byte that a surrogate stands for, b"" for an ordinary letter."""
    number = ord(letter) - 0xDC00
    return bytes(bytearray([number])) if 0x80 <= number <= 0xFF else b""


def decoded(data):
    # type: (bytes) -> str
    """UTF-8 where it is; any other byte becomes a surrogate, so that nothing is lost."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if sys.version_info[0] == 2:  # it has no surrogateescape
            return _surrogates(data)
        return data.decode("utf-8", "surrogateescape")


def _surrogates(data):
    # type: (bytes) -> str
    pieces = []  # type: list[str]
    while data:
        try:
            pieces.append(data.decode("utf-8"))
            break
        except UnicodeDecodeError as error:
            pieces.append(data[: error.start].decode("utf-8"))
            bad = bytearray(data[error.start : error.start + 1])[0]
            pieces.append(("\\udc%02x" % bad).encode("ascii").decode("unicode_escape"))
            data = data[error.start + 1 :]
    return type("".encode("ascii").decode("ascii"))().join(pieces)
