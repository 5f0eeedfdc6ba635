"""A started command as the rest of the program sees it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import BinaryIO, cast

from migrator.carrier import Result

STDERR_LIMIT = 1 << 16  # bytes that are kept, the last ones


class Running:
    """Its stderr is drained by a thread, so that it can never block.

    ``wait`` takes a number of seconds or None for no limit and gives the exit status, or None when
    the time is over; CUT stands for a connection that ended before the command did.
    """

    def __init__(
        self,
        stdin: object,
        stdout: object,
        stderr: object,
        wait: Callable[[float | None], int | None],
    ) -> None:
        self.stdin = cast(BinaryIO, stdin)
        self.stdout = cast(BinaryIO, stdout)
        self._stderr = cast(BinaryIO, stderr)
        self._wait = wait
        self._words = bytearray()
        self._drain = threading.Thread(target=self._collect, daemon=True)
        self._drain.start()

    def finish(self) -> Result:
        with contextlib.suppress(OSError):
            self.stdin.close()
        status = self._wait(None)
        assert status is not None, "without a limit there is a status"
        return self._result(status)

    def ended(self, patience: float) -> Result | None:
        status = self._wait(patience)
        return None if status is None else self._result(status)

    def _result(self, status: int) -> Result:
        self._drain.join(timeout=5)
        return Result(status, b"", bytes(self._words))

    def _collect(self) -> None:
        read = getattr(self._stderr, "read1", self._stderr.read)  # a pipe's read waits for all
        with contextlib.suppress(OSError, ValueError):  # closed meanwhile
            while piece := read(1024):
                self._words += piece
                del self._words[:-STDERR_LIMIT]
