"""Verb read: send the contents that the controller asks for, in the order of its asking."""

from __future__ import absolute_import, division, print_function

from migrator.agent import frames, records
from migrator.agent.source import SMALL, Files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from migrator.agent.source import Source


def read(params, stdin, stdout):
    # type: (dict[str, Any], Any, Any) -> None
    """Answer each path of the W frames; end at the controller's Z."""
    reading = Reading(params["root"], stdout)
    while True:
        stdout.flush()
        kind, payload = frames.read(stdin)
        if kind == b"Z":
            break
        for path, digest in frames.split_wanted(frames.inflated(payload)):
            reading.answer(path, digest)
        reading.flush()
    frames.write(stdout, b"Z", frames.COUNT.pack(reading.count))


class Reading(object):
    def __init__(self, root, stdout):
        # type: (str, Any) -> None
        self.files = Files(root)
        self.stdout = stdout
        self.waiting = []  # type: list[bytes]
        self.size = 0
        self.count = 0

    def answer(self, path, digest):
        # type: (bytes, bytes) -> None
        """``digest``: of the content that the controller has and expects here, or empty."""
        self.count += 1
        try:
            source = self.files.open(path)
            known = bool(digest) and source.has(digest)
        except (IOError, OSError) as error:
            self.flush()
            reason = str(error.strerror or error).encode("utf-8")
            frames.write(self.stdout, b"X", path + b"\0" + reason)
            return
        if known:
            self.item(source, frames.KNOWN, b"")
        elif source.length > SMALL:
            self.large(source)
        else:
            self.item(source, source.state, source.data)

    def item(self, source, state, data):
        # type: (Source, bytes, bytes) -> None
        record = _record(source)
        self.waiting += [record, state, data]
        self.size += len(record) + len(data)
        if self.size >= frames.CHUNK:
            self.flush()

    def large(self, source):
        # type: (Source) -> None
        """Exactly the announced bytes, and once more those of a file that changed meanwhile."""
        self.flush()
        following = source  # type: Source | None
        while following:
            source = following
            frames.write(self.stdout, b"B", _record(source))
            for piece in source.stream():
                frames.write(self.stdout, b"D", piece)
            following = source.again()
            frames.write(self.stdout, b"F", frames.AGAIN if following else source.state)

    def flush(self):
        # type: () -> None
        if self.waiting:
            frames.write(self.stdout, b"C", b"".join(self.waiting))
            self.waiting, self.size = [], 0


def _record(source):
    # type: (Source) -> bytes
    extras = (0, b"")
    if source.xattrs or source.inode_flags or source.holes is not None:
        extras = records.extras(
            xattrs=source.xattrs, segments=source.holes, inode_flags=source.inode_flags
        )
    return records.record(b"f", 0, b"", source.found, source.times, extras)
