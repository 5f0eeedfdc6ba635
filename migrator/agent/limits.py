"""How gently the agent works on its host, and how long it waits for a controller that is gone."""

from __future__ import absolute_import, division, print_function

import os
import signal
import sys
import time

from migrator.agent import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PATIENCE = 900  # seconds for one reading or writing; then SIGALRM ends the process
LULL = 0.1  # seconds of silence that are not made up for by a faster rate


def be_gentle(limits):
    # type: (dict[str, Any]) -> None
    """``limits``: nice (what is added to it), idle_io (read only when nobody else does)."""
    if limits.get("nice"):
        os.nice(limits["nice"])
    if limits.get("idle_io"):
        try:
            run.output(["ionice", "-c", "3", "-p", str(os.getpid())])
        except run.CommandError as error:
            sys.stderr.write("the agent reads with ordinary priority: %s\n" % error)


class Pace(object):
    """``rate``: the most bytes a second, 0 for no bound."""

    def __init__(self, rate):
        # type: (int) -> None
        self.rate = rate
        self.due = 0.0  # the time at which the next byte may go

    def delay(self, size):
        # type: (int) -> float
        """Seconds to wait before the next ``size`` bytes."""
        if not self.rate:
            return 0.0
        now = time.time()
        self.due = max(self.due, now - LULL)
        delay = max(self.due - now, 0.0)
        self.due += size / self.rate
        return delay


class Stream(object):
    """A standard stream. A cut that nobody told us of must not leave us waiting on it for ever.

    ``rate``: bytes a second that are written at most, 0 for no bound.
    """

    def __init__(self, stream, rate=0):
        # type: (Any, int) -> None
        self.stream = stream
        self.pace = Pace(rate)

    def read(self, size):
        # type: (int) -> bytes
        signal.alarm(PATIENCE)
        data = self.stream.read(size)
        signal.alarm(0)
        return data  # type: ignore[no-any-return]

    def write(self, data):
        # type: (bytes) -> None
        delay = self.pace.delay(len(data))
        if delay:
            self.flush()
            time.sleep(delay)
        signal.alarm(PATIENCE)
        self.stream.write(data)
        signal.alarm(0)

    def flush(self):
        # type: () -> None
        signal.alarm(PATIENCE)
        self.stream.flush()
        signal.alarm(0)
