"""When a crontab's five fields, or its @word, let a job run, as cron of Vixie's line has it."""

from __future__ import absolute_import, division, print_function

import calendar
import re
import time

from migrator.agent.cron.zone import Zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Iterator

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()
FIELDS = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, dict((name, number) for number, name in enumerate(MONTHS, 1))),
    (0, 7, dict((name, number) for number, name in enumerate(WEEKDAYS))),
)  # type: tuple[tuple[int, int, dict[str, int]], ...]
WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
RANGE = re.compile(r"(?:\*|([0-9]+|[a-z]+)(?:-([0-9]+|[a-z]+))?)(?:/([0-9]+))?$")
RANDOM = re.compile(r"([0-9]+|[a-z]+)?~([0-9]+|[a-z]+)?$")
DAY = 86400  # seconds
YEARS = 41  # a 29th of February falls on each weekday within them; what does not come, never does
LARGEST = 3 * 3600  # seconds: a clock that is put on or back by more is taken as set right


class Schedule(object):
    """The sets that the fields name. ``wild``: an asterisk begins the minute or the hour, so that
    a change of the clock means nothing to the job. ``random``: cron throws dice at its start."""

    def __init__(self, fields, stars, random):
        # type: (list[set[int]], list[bool], bool) -> None
        self.minutes, self.hours, self.days, self.months, weekdays = fields
        self.weekdays = set(day % 7 for day in weekdays)
        self.wild = stars[0] or stars[1]
        self.either = not stars[2] and not stars[4]  # one of the two kinds of day is enough
        self.random = random

    def on(self, day, weekday):
        # type: (int, int) -> bool
        """``weekday``: 0 is Sunday."""
        date, named = day in self.days, weekday in self.weekdays
        return (date or named) if self.either else (date and named)


def parsed(text):
    # type: (str) -> Schedule | None
    """None for what cron refuses."""
    if text == "@reboot":
        return Schedule([set(), set(), set(), set(), set()], [False] * 5, False)
    words = WORDS.get(text, text).split()
    if len(words) != len(FIELDS):
        return None
    fields = [_field(word.lower(), *field) for word, field in zip(words, FIELDS)]
    if None in fields:
        return None
    stars = [word.startswith("*") for word in words]
    return Schedule([field or set() for field in fields], stars, "~" in text)


def _field(text, low, high, names):
    # type: (str, int, int, dict[str, int]) -> set[int] | None
    found = set()  # type: set[int]
    for part in text.split(","):
        random = RANDOM.match(part)
        span = random or RANGE.match(part)
        if not span:
            return None
        first = _number(span.group(1), low, names)
        last = _number(span.group(2), first if span.group(1) and not random else high, names)
        step = int(span.group(3) or 1) if not random else 1
        lone = span.group(1) and not span.group(2) and not random
        if not low <= first <= high or not low <= last <= high or not step:
            return None
        if lone and span.group(3):
            return None  # a step needs a range
        found.update(range(first, last + 1, step))
    return found


def _number(text, default, names):
    # type: (str | None, int, dict[str, int]) -> int
    """-1 for a name that is none."""
    if not text:
        return default
    return int(text) if text.isdigit() else names.get(text, -1)


def upcoming(schedule, after, zone, count):
    # type: (Schedule, int, Zone, int) -> list[int]
    """The next ``count`` seconds since 1970 at which it runs, later than ``after``."""
    found = []  # type: list[int]
    if schedule.random:
        return found
    for midnight in _days(schedule, time.gmtime(after + zone.offset(after))):
        for moment in _moments(schedule, midnight, zone):
            if moment > after:
                found.append(moment)
            if len(found) == count:
                return found
    return found


def _days(schedule, today):
    # type: (Schedule, time.struct_time) -> Iterator[int]
    """Midnights of the days on which it runs, from yesterday on, as if the clock were UTC."""
    begin = calendar.timegm((today.tm_year, today.tm_mon, today.tm_mday, 0, 0, 0)) - DAY
    year, month = time.gmtime(begin)[:2]
    while year < today.tm_year + YEARS:
        if month in schedule.months:
            weekday, length = calendar.monthrange(year, month)
            first = calendar.timegm((year, month, 1, 0, 0, 0))
            for day in range(length):
                midnight = first + day * DAY
                if midnight >= begin and schedule.on(day + 1, (weekday + 1 + day) % 7):
                    yield midnight
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _moments(schedule, midnight, zone):
    # type: (Schedule, int, Zone) -> Iterable[int]
    """In order. Where the clock is put forward, a job of a fixed time that is passed over runs at
    once; where it is put back, it runs the first time only. A wild one goes by the clock."""
    clock = (
        midnight + hour * 3600 + minute * 60
        for hour in sorted(schedule.hours)
        for minute in sorted(schedule.minutes)
    )
    if zone.steady(midnight):
        offset = zone.offset(midnight)
        return (local - offset for local in clock)
    return sorted(set(x for local in clock for x in _of_clock(schedule.wild, local, zone)))


def _of_clock(wild, local, zone):
    # type: (bool, int, Zone) -> Iterable[int]
    moments = zone.moments(local)
    if wild or len(moments) == 1:
        return moments
    if moments:
        return moments[:1] if moments[1] - moments[0] <= LARGEST else moments
    when, by = zone.jump(local)
    return [when] if by <= LARGEST else []
