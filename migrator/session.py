"""A program that waits on a host for what it is to do: nothing is sent, started or compiled then.

It costs memory there, so it is opened for the minute in which a host is down. migrator/boot.py is
the other side and says what is on the wire.
"""

from __future__ import annotations

import contextlib
import io
import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from migrator.bundle import Program
from migrator.carrier import CUT, Carrier, Channel, Result

SIZE = struct.Struct(">I")
# What a program's verbs load that its main module does not.
MODULES: Mapping[Program, tuple[str, ...]] = {
    "agent": ("migrator.agent.tree", "migrator.agent.read")
}


@contextlib.contextmanager
def waiting(carrier: Carrier, *programs: Program) -> Iterator[None]:
    """Within the block the programs wait on the host of ``carrier``, which has them serve."""
    with contextlib.ExitStack() as stack:
        opened = {}
        for program in programs:
            params = {"modules": MODULES.get(program, ())}
            opened[program] = Session(
                stack.enter_context(carrier.start(program, "session", params))
            )
        for session in opened.values():
            session.wait()
        carrier.sessions = dict(opened)
        try:
            yield
        finally:
            carrier.sessions = {}


class Session:
    """Serves one verb at a time. One that broke serves none."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.usable = True

    def wait(self) -> None:
        """Until the program waits there."""
        self.usable = self._channel.stdout.read(SIZE.size) == SIZE.pack(0)

    @contextlib.contextmanager
    def open(self, verb: str, params: dict[str, Any]) -> Iterator[Served]:
        """Usable again when the block has read all of the answer."""
        self.usable = False
        asked = json.dumps({"verb": verb, "params": params}).encode()
        with contextlib.suppress(OSError):  # that it is gone shows in the answer
            self._channel.stdin.write(SIZE.pack(len(asked)) + asked)
            self._channel.stdin.flush()
        served = Served(self._channel)
        yield served
        self.usable = served.pieces.status == 0


class Served:
    """One verb, as the channel of a program of its own."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.pieces = _Pieces(channel.stdout)
        self.stdin = channel.stdin
        self.stdout = cast(BinaryIO, io.BufferedReader(self.pieces, 1 << 16))

    def finish(self) -> Result:
        while self.stdout.read(1 << 16):
            pass
        if self.pieces.status == 0:
            return Result(0, b"", b"")
        end = self._channel.finish()  # what it said is told with the end of all
        return Result(self.pieces.status or end.status or CUT, b"", end.stderr)

    def ended(self, patience: float) -> Result | None:
        return self._channel.ended(patience)


class _Pieces(io.RawIOBase):
    """``status``: how the verb ended, once all of its output is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._left = stream, 0
        self.status: int | None = None
        self._over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left and not self._over:
            self._left = self._number() or 0
            if not self._left:
                self._over, self.status = True, self._number()
        if self._over:
            return 0
        piece = self._stream.read(min(self._left, len(buffer)))
        self._over = not piece
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        return len(piece)

    def _number(self) -> int | None:
        """None where the connection was cut."""
        data = self._stream.read(SIZE.size)
        return int(SIZE.unpack(data)[0]) if len(data) == SIZE.size else None
