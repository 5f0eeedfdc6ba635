"""What steps print, on its way to the journal or the syslog daemon of the target."""

import collections
import socket
import sys
import time
from typing import Deque

SYSLOG = "/dev/log"
INFO = 30  # facility daemon, level info
FIRST, LAST = 400, 40  # lines of a step that are logged when it prints more
LONGEST = 1000  # bytes of a line


class Output:
    """The lines of one step: the first are logged as they come, the last at its end."""

    def __init__(self, name: str, prefix: str) -> None:
        self._name, self._prefix = name, prefix
        self._rest = b""
        self._count = 0
        self._last: Deque[bytes] = collections.deque(maxlen=LAST)

    def add(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line)
        while len(self._rest) > LONGEST:
            self._line(self._rest[:LONGEST])
            self._rest = self._rest[LONGEST:]

    def finish(self) -> None:
        if self._rest:
            self._line(self._rest)
        left_out = self._count - FIRST - len(self._last)
        if left_out > 0:
            self._log(b"(%d lines left out)" % left_out)
        for line in self._last:
            self._log(line)

    def _line(self, line: bytes) -> None:
        self._count += 1
        if self._count <= FIRST:
            self._log(line)
        else:
            self._last.append(line[:LONGEST])

    def _log(self, line: bytes) -> None:
        log(self._name, self._prefix + line[:LONGEST].decode("utf-8", "replace"))


def log(name: str, line: str) -> None:
    """Whichever daemon listens gets it; one that is stuck stops nothing."""
    plain = "".join(char if char.isprintable() or char == "\t" else " " for char in line)
    message = "<%d>%s migrator-%s: %s" % (INFO, time.strftime("%b %e %H:%M:%S"), name, plain)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.settimeout(1)
        try:
            daemon.sendto(message.encode("utf-8", "replace"), SYSLOG)
        except OSError:
            sys.stderr.write(plain + "\n")  # the unit's journal
