"""A time zone as the host's own file describes it: what its clock shows when, and the way back."""

from __future__ import absolute_import, division, print_function

import bisect
import calendar
import struct
import time

from migrator.agent.cron.posix import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

LAST_YEAR = 2100  # a rule that goes on for ever is followed so far
DAY = 86400  # seconds
WIDEST = 16 * 3600  # seconds that a clock may be off UTC, local times of old included
FURTHEST = 1 << 35  # seconds from 1970: no file tells of a later change


class Zone(object):
    """``changes``: (second since 1970, offset from then on) in order; ``first``: before them."""

    def __init__(self, first=0, changes=()):
        # type: (int, Sequence[tuple[int, int]]) -> None
        self.offsets = [first] + [offset for _, offset in changes]
        self.times = [moment for moment, _ in changes]

    def offset(self, moment):
        # type: (int) -> int
        """Seconds that the clock is ahead of UTC."""
        return self.offsets[bisect.bisect_right(self.times, moment)]

    def steady(self, moment):
        # type: (int) -> bool
        """Whether no change comes near: not within a day before nor two days after."""
        near = bisect.bisect_right(self.times, moment - DAY)
        return near == bisect.bisect_right(self.times, moment + 2 * DAY)

    def moments(self, local):
        # type: (int) -> list[int]
        """When the clock shows ``local``, which counts seconds as if it were UTC: once; never in
        the gap of a clock put forward; twice when it is put back."""
        first = bisect.bisect_right(self.times, local - DAY)
        last = bisect.bisect_right(self.times, local + DAY)
        guesses = set(local - offset for offset in self.offsets[first : last + 1])
        return sorted(guess for guess in guesses if guess + self.offset(guess) == local)

    def jump(self, local):
        # type: (int) -> tuple[int, int]
        """(when, by how many seconds) the clock was put forward over ``local``."""
        index = bisect.bisect_right(self.times, local - DAY)
        while index + 1 < len(self.times) and self.times[index] + self.offsets[index + 1] <= local:
            index += 1
        return self.times[index], self.offsets[index + 1] - self.offsets[index]

    def written(self, moment):
        # type: (int) -> str
        """ISO 8601 with the offset."""
        offset = self.offset(moment)
        clock = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment + offset))
        minutes = abs(offset) // 60
        return "%s%s%02d:%02d" % (clock, "-" if offset < 0 else "+", minutes // 60, minutes % 60)


UTC = Zone()


def read(data):
    # type: (bytes) -> Zone | None
    """The zone of a file of zoneinfo; None when ``data`` is none."""
    footer = ""
    try:
        size = _sizes(data, 0, 4)[0]
        first, changes = _block(data, 0, 4)
        if data[4:5] >= b"2":  # a block of longer numbers follows, and a rule
            first, changes = _block(data, size, 8)
            end = size + _sizes(data, size, 8)[0]
            footer = data[end:].split(b"\n")[1].decode("ascii")
    except (struct.error, IndexError, ValueError):
        return None
    times = [moment for moment, _ in changes]
    offsets = [first] + [offset for _, offset in changes]
    if times != sorted(set(times)) or max(map(abs, offsets)) > WIDEST or times[-1:] > [FURTHEST]:
        return None
    return _continued(first, changes, footer)


def _sizes(data, start, width):
    # type: (bytes, int, int) -> tuple[int, int]
    """(bytes of the block that starts there, of it the number of transitions)."""
    magic = data[start : start + 4]
    if magic != b"TZif":
        raise ValueError("no zone")
    utc, standard, leap, times, types, letters = struct.unpack_from(">6I", data, start + 20)
    body = times * (width + 1) + types * 6 + letters + leap * (width + 4) + standard + utc
    return 44 + body, times


def _block(data, start, width):
    # type: (bytes, int, int) -> tuple[int, list[tuple[int, int]]]
    _, count = _sizes(data, start, width)
    types = struct.unpack_from(">I", data, start + 36)[0]
    place = start + 44
    times = struct.unpack_from(">%d%s" % (count, "q" if width == 8 else "i"), data, place)
    place += count * width
    indices = struct.unpack_from(">%dB" % count, data, place)
    place += count
    offsets = [struct.unpack_from(">i", data, place + 6 * index)[0] for index in range(types)]
    return offsets[0], [(moment, offsets[index]) for moment, index in zip(times, indices)]


def _continued(first, changes, footer):
    # type: (int, list[tuple[int, int]], str) -> Zone
    """Transitions of the years after the file's last one, by the rule at its end."""
    last = changes[-1][0] if changes else 0
    begin = time.gmtime(last).tm_year if last > 0 else 1970
    for year in range(begin, LAST_YEAR):
        start = calendar.timegm((year, 1, 1, 0, 0, 0))
        changes += [change for change in rules(footer, year, start) if change[0] > last]
    return Zone(first, changes)
