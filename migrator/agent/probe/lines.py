"""Whether a line that is logged arrives where the log rules send it."""

from __future__ import absolute_import, division, print_function

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FACILITIES = ["KERN", "USER", "MAIL", "DAEMON", "AUTH", "AUTHPRIV", "SYSLOG", "LPR", "NEWS", "CRON"]
FACILITIES += ["UUCP"] + ["LOCAL%d" % number for number in range(8)]
PRIORITIES = {
    "DEBUG": "DEBUG",
    "NOTICE": "NOTICE",
    "WARN": "WARNING",
    "WARNING": "WARNING",
    "ERR": "ERR",
    "ERROR": "ERR",
    "CRIT": "CRIT",
    "ALERT": "ALERT",
    "EMERG": "EMERG",
}
PATIENCE = 5.0  # seconds for a log line to arrive
LARGEST = 16 << 20  # bytes of a log file that are searched


def arrived_in(line, wanted):
    # type: (str, dict[str, str]) -> dict[str, bool]
    """Log ``line`` as each file's selector wants it, and see where it arrives in time."""
    import syslog  # not built into every Python

    sizes = dict((path, _size(path)) for path in wanted)
    arrived = {}  # type: dict[str, bool]
    for path, selector in wanted.items():
        facility, priority = level(selector)
        if facility != "KERN":  # only the kernel can speak as the kernel
            syslog.syslog(
                getattr(syslog, "LOG_" + facility) | getattr(syslog, "LOG_" + priority), line
            )
            arrived[path] = False
    end = time.time() + PATIENCE
    while not all(arrived.values()) and time.time() < end:
        time.sleep(0.2)
        for path in arrived:
            arrived[path] = arrived[path] or line.encode("ascii") in _since(path, sizes[path])
    return arrived


def _size(path):
    # type: (str) -> int
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _since(path, size):
    # type: (str, int) -> bytes
    """What was written to the file since it had ``size`` bytes; all of it if it was rotated."""
    try:
        with open(path, "rb") as log:
            log.seek(size if size <= _size(path) else 0)
            return log.read(LARGEST)
    except EnvironmentError:
        return b""


def level(selector):
    # type: (str) -> tuple[str, str]
    """A (facility, priority) that the first part of a syslog selector matches."""
    facilities, _, priority = selector.split(";")[0].partition(".")
    facility = facilities.split(",")[0].upper()
    priority = priority.lstrip("=").upper()
    return (facility if facility in FACILITIES else "USER"), PRIORITIES.get(priority, "INFO")
