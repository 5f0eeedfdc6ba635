"""Verb read: send the contents that the controller asks for, in the order of its asking."""

from __future__ import absolute_import, division, print_function

import errno
import fcntl
import os
import stat
import struct
import time

from migrator.agent import descent, frames, records
from migrator.agent.attributes import segments, times, xattrs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Segments = list[tuple[int, int]]

FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
SMALL = 1 << 20  # bytes: read as a whole before any of it is sent, so that it can be read again
ATTEMPTS = 3  # readings of a small file that is written meanwhile
PAUSE = 0.01  # seconds before it is read again
GET_FLAGS = 0x80006601 | struct.calcsize("l") << 16  # FS_IOC_GETFLAGS; refused where it differs
KEPT_FLAGS = 0x30  # FS_IMMUTABLE_FL and FS_APPEND_FL


def read(params, stdin, stdout):
    # type: (dict[str, Any], Any, Any) -> None
    """Answer each path of the W frames; end at the controller's Z."""
    reading = Reading(params["root"], stdout)
    while True:
        stdout.flush()
        kind, payload = frames.read(stdin)
        if kind == b"Z":
            break
        for path in frames.inflated(payload).split(b"\0")[:-1]:
            reading.answer(path)
        reading.flush()
    frames.write(stdout, b"Z", frames.COUNT.pack(reading.count))


class Reading(object):
    def __init__(self, root, stdout):
        # type: (str, Any) -> None
        self.descent = descent.Descent(root)
        self.here = None  # type: bytes | None
        self.stdout = stdout
        self.waiting = []  # type: list[bytes]
        self.size = 0
        self.count = 0

    def answer(self, path):
        # type: (bytes) -> None
        directory, _, name = path.rpartition(b"/")
        try:
            if directory != self.here:
                self.here = None
                self.descent.to(directory)
                self.here = directory
            self.file(name)
        except (IOError, OSError) as error:
            self.flush()
            reason = str(error.strerror or error).encode("utf-8")
            frames.write(self.stdout, b"X", path + b"\0" + reason)
        self.count += 1

    def file(self, name):
        # type: (bytes) -> None
        """A small file that is written while it is read is opened again, it may be another one."""
        for attempt in range(1, ATTEMPTS + 1):
            descriptor = descent.open_quietly(name, FLAGS)
            try:
                source = Source(name, descriptor)
                if source.length > SMALL:
                    self.large(source)
                    return
                data = b"".join(source.pieces())
                state = source.state()
            finally:
                os.close(descriptor)
            if state == frames.SAME or attempt == ATTEMPTS:
                break
            time.sleep(PAUSE)
        self.waiting += [source.record, state, data.ljust(source.length, b"\0")]
        self.size += len(source.record) + source.length
        if self.size >= frames.CHUNK:
            self.flush()

    def large(self, source):
        # type: (Source) -> None
        """Exactly the announced bytes: a file that shrank is filled up, and its end says so."""
        self.flush()
        frames.write(self.stdout, b"B", source.record)
        left = source.length
        end = b""
        try:
            for piece in source.pieces():
                frames.write(self.stdout, b"D", piece)
                left -= len(piece)
            end = source.state()
        except OSError as error:
            if error.errno != errno.EIO:  # a disk error is the file's; any other is the stream's
                raise
            end = frames.FAILED + str(error.strerror).encode("utf-8")
        while left:
            piece = b"\0" * min(left, frames.CHUNK)
            frames.write(self.stdout, b"D", piece)
            left -= len(piece)
        frames.write(self.stdout, b"F", end)

    def flush(self):
        # type: () -> None
        if self.waiting:
            frames.write(self.stdout, b"C", b"".join(self.waiting))
            self.waiting, self.size = [], 0


class Source(object):
    """An open regular file, as it is when it is opened."""

    def __init__(self, name, descriptor):
        # type: (bytes, int) -> None
        self.descriptor = descriptor
        self.found = found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.ENOENT, "it is no regular file any more")
        self.holes = None  # type: Segments | None
        if found.st_blocks * 512 < found.st_size:
            self.holes = segments(descriptor, found.st_size)
        parts = [(0, found.st_size)] if self.holes is None else self.holes
        self.parts = [part for part in parts if part[1]]
        self.length = sum(length for _, length in parts)
        attributes, flags = xattrs_of(descriptor), _inode_flags(descriptor)
        extras = (0, b"")
        if attributes or flags or self.holes is not None:
            extras = records.extras(xattrs=attributes, segments=self.holes, inode_flags=flags)
        self.record = records.record(b"f", 0, b"", found, times(name, found), extras)

    def pieces(self):
        # type: () -> Any
        """The data in pieces, less than announced when the file shrank."""
        for offset, length in self.parts:
            if offset or self.holes is not None:
                os.lseek(self.descriptor, offset, os.SEEK_SET)
            while length:
                piece = os.read(self.descriptor, min(length, frames.CHUNK))
                if not piece:
                    return
                yield piece
                length -= len(piece)

    def state(self):
        # type: () -> bytes
        """Whether it is still what it was."""
        before, after = self.found, os.fstat(self.descriptor)
        same = (before.st_size, before.st_mtime, before.st_ctime) == (
            after.st_size,
            after.st_mtime,
            after.st_ctime,
        )
        return frames.SAME if same else frames.CHANGED


def _inode_flags(descriptor):
    # type: (int) -> int
    """What lsattr shows as i and a; 0 where the file system has none."""
    try:
        answer = fcntl.ioctl(descriptor, GET_FLAGS, b"\0" * 8)
    except (IOError, OSError):
        return 0
    (flags,) = struct.unpack("=I", answer[:4])
    return int(flags) & KEPT_FLAGS
