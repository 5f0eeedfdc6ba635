"""Files below the root that is read, as text that keeps every byte."""

from __future__ import absolute_import, division, print_function

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

LIMIT = 4 << 20  # bytes: a configuration file that is larger is none


class Root(object):
    """``path`` is "/" for a live host or the directory that a disk is mounted on."""

    def __init__(self, path):
        # type: (str) -> None
        self.path = path.rstrip("/") or "/"
        self.live = self.path == "/"

    def at(self, path):
        # type: (str) -> str
        return path if self.live else self.path + path

    def text(self, path):
        # type: (str) -> str
        """The file's content, "" when there is no such file."""
        return "\n".join(self.lines(path))

    def lines(self, path):
        # type: (str) -> list[str]
        place = self.at(path)
        try:
            if not stat.S_ISREG(os.stat(place).st_mode):
                return []
            with open(place, "rb") as handle:
                return decoded(handle.read(LIMIT)).splitlines()
        except (IOError, OSError):
            return []

    def numbered(self, path):
        # type: (str) -> Iterator[tuple[str, str]]
        """("path:line", line) of each line."""
        for number, line in enumerate(self.lines(path), 1):
            yield "%s:%d" % (path, number), line

    def names(self, path):
        # type: (str) -> list[str]
        """What is in a directory, sorted; empty when there is none."""
        try:
            return sorted(os.listdir(self.at(path)))
        except OSError:
            return []

    def files(self, path):
        # type: (str) -> list[str]
        """Absolute paths of the regular files in a directory."""
        found = [path.rstrip("/") + "/" + name for name in self.names(path)]
        return [name for name in found if os.path.isfile(self.at(name))]

    def exists(self, path):
        # type: (str) -> bool
        return os.path.lexists(self.at(path))


def decoded(data):
    # type: (bytes) -> str
    """UTF-8 where it is; any other byte becomes a surrogate, so that nothing is lost."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if str is bytes:  # Python 2 has no surrogateescape
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
