"""Contents of files, with the attributes that go with just these bytes.

The agent sends them, and the controller reads its own machine's files with the same code.
"""

from __future__ import absolute_import, division, print_function

import errno
import hashlib
import os
import stat
import time

from migrator.agent import descent, frames
from migrator.agent.attributes import inode_flags, segments, times, xattrs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from migrator.agent.records import Segments

FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
PIECE = 1 << 20  # bytes of one reading; larger than a frame's, since each costs a turn
SMALL = 1 << 20  # bytes: read as a whole before any of it is used, so that it can be read again
ATTEMPTS = 3  # readings of a file that is written meanwhile
PAUSE = 0.01  # seconds before it is read again
FORMAT = 0o170000  # the bits of a mode that tell the kind


class Files(object):
    """Opens files below a root; the working directory follows it."""

    def __init__(self, root):
        # type: (str) -> None
        self.descent = descent.Descent(root)
        self.here = None  # type: bytes | None

    def open(self, path):
        # type: (bytes) -> Source
        """The file, a small one with its data: one that is written while it is read is opened
        again, it may be another one."""
        directory, _, name = path.rpartition(b"/")
        if directory != self.here:
            self.here = None
            self.descent.to(directory)
            self.here = directory
        for attempt in range(1, ATTEMPTS + 1):
            source = Source(name)
            if source.length > SMALL:
                break
            source.load()
            if source.state == frames.SAME or attempt == ATTEMPTS:
                break
            time.sleep(PAUSE)
        return source


class Source(object):
    """A regular file of the working directory, as it is when it is opened.

    ``length`` is what there is to read, without holes; ``data`` that of a small file. ``state`` is
    known when all is read. ``attempts`` are those that a large one has left.
    """

    __slots__ = (
        "attempts",
        "data",
        "descriptor",
        "found",
        "holes",
        "inode_flags",
        "length",
        "name",
        "state",
        "times",
        "xattrs",
    )

    def __init__(self, name, attempts=ATTEMPTS - 1):
        # type: (bytes, int) -> None
        self.name, self.attempts = name, attempts
        self.data, self.state = b"", frames.SAME
        self.descriptor = descriptor = descent.open_quietly(name, FLAGS)
        try:
            self._look(descriptor)
        except BaseException:
            os.close(descriptor)
            raise

    def _look(self, descriptor):
        # type: (int) -> None
        self.found = found = os.fstat(descriptor)
        if found.st_mode & FORMAT != stat.S_IFREG:
            raise OSError(errno.ENOENT, "it is no regular file any more")
        self.times = times(self.name, found)
        self.holes = None  # type: Segments | None
        self.length = found.st_size
        if found.st_blocks * 512 < found.st_size:
            self.holes = segments(descriptor, found.st_size)
            if self.holes is not None:
                self.length = sum(length for _, length in self.holes)
        self.xattrs, self.inode_flags = xattrs_of(descriptor), inode_flags(descriptor)

    def load(self):
        # type: () -> None
        """Read a small file and close it; what it lacks when it shrank is zeros."""
        try:
            self.data = b"".join(self.pieces()).ljust(self.length, b"\0")
            self.state = self.judged()
        finally:
            os.close(self.descriptor)

    def has(self, digest):
        # type: (bytes) -> bool
        """Whether this is the SHA-256 of the content. A large file of which that is true is
        closed, another one can still be read."""
        if self.length <= SMALL:
            return self.state == frames.SAME and hashlib.sha256(self.data).digest() == digest
        check = hashlib.sha256()
        try:
            for piece in self.pieces():
                check.update(piece)
            same = check.digest() == digest and self.judged() == frames.SAME
            os.lseek(self.descriptor, 0, os.SEEK_SET)
        except OSError:
            return False  # whoever reads it again says why
        if same:
            os.close(self.descriptor)
        return same

    def stream(self):
        # type: () -> Iterator[bytes]
        """Exactly ``length`` bytes of a large file, which is closed then: one that shrank or whose
        disk fails is filled up, and ``state`` says so."""
        left = self.length
        try:
            for piece in self.pieces():
                left -= len(piece)
                yield piece
            self.state = self.judged()
        except OSError as error:
            if error.errno != errno.EIO:  # a disk error is the file's; any other is the stream's
                raise
            self.state = frames.FAILED + str(error.strerror).encode("utf-8")
        finally:
            os.close(self.descriptor)
        while left:
            piece = b"\0" * min(left, PIECE)
            yield piece
            left -= len(piece)

    def again(self):
        # type: () -> Source | None
        """A large file that was written while it was read, to be read anew; None when that was
        done often enough or it is gone."""
        if self.state != frames.CHANGED or not self.attempts:
            return None
        try:
            return Source(self.name, self.attempts - 1)
        except (IOError, OSError):
            return None

    def pieces(self):
        # type: () -> Iterator[bytes]
        """The data in pieces, less than announced when the file shrank."""
        for offset, length in [(0, self.length)] if self.holes is None else self.holes:
            if self.holes is not None:
                os.lseek(self.descriptor, offset, os.SEEK_SET)
            while length:
                piece = os.read(self.descriptor, min(length, PIECE))
                if not piece:
                    return
                yield piece
                length -= len(piece)

    def judged(self):
        # type: () -> bytes
        """Whether it is still what it was."""
        before, after = self.found, os.fstat(self.descriptor)
        if (
            before.st_size == after.st_size
            and before.st_mtime == after.st_mtime
            and before.st_ctime == after.st_ctime
        ):
            return frames.SAME
        return frames.CHANGED
