"""The rule at the end of a zoneinfo file, as POSIX writes TZ: "CET-1CEST,M3.5.0,M10.5.0/3"."""

from __future__ import absolute_import, division, print_function

import calendar
import re

NAME = r"(?:[A-Za-z]+|<[A-Za-z0-9+-]+>)"
TIME = r"[+-]?\d+(?::\d+){0,2}"
RULE = re.compile(
    r"%s(%s)%s(%s)?,([^,/]+)(?:/(%s))?,([^,/]+)(?:/(%s))?$" % (NAME, TIME, NAME, TIME, TIME, TIME)
)
DAY = 86400  # seconds
TWO = 7200  # seconds after midnight, when a rule names no time


def rules(text, year, start):
    # type: (str, int, int) -> list[tuple[int, int]]
    """The two changes (second since 1970, offset from then on) of a year that begins at
    ``start``; none for a zone without summer time or a rule that is not understood."""
    found = RULE.match(text)
    if not found:
        return []
    winter = -_seconds(found.group(1))
    summer = -_seconds(found.group(2)) if found.group(2) else winter + 3600
    days = [_day(found.group(3), year), _day(found.group(5), year)]
    if None in days:
        return []
    times = [_seconds(found.group(n)) if found.group(n) else TWO for n in (4, 6)]
    begin = start + (days[0] or 0) * DAY + times[0] - winter
    end = start + (days[1] or 0) * DAY + times[1] - summer
    return sorted([(begin, summer), (end, winter)])


def _seconds(text):
    # type: (str) -> int
    hours, minutes, seconds = (text.lstrip("+-").split(":") + ["0", "0"])[:3]
    total = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return -total if text.startswith("-") else total


def _day(text, year):
    # type: (str, int) -> int | None
    """Days after the first of January."""
    month = re.match(r"M(\d+)\.(\d+)\.(\d+)$", text)
    if month and 1 <= int(month.group(1)) <= 12:
        number, week, weekday = (int(part) for part in month.groups())
        first, length = calendar.monthrange(year, number)
        date = (weekday - first - 1) % 7 + 7 * (week - 1)
        while date >= length:
            date -= 7
        return date + sum(calendar.monthrange(year, before)[1] for before in range(1, number))
    julian = re.match(r"J(\d+)$", text)  # never counts the 29th of February
    if julian:
        number = int(julian.group(1))
        return number - 1 + (calendar.isleap(year) and number >= 60)
    return int(text) if text.isdigit() else None
