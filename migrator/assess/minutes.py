"""When the host works by time: how many jobs start in each minute of a day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from migrator.agent.cron.schedule import parsed
from migrator.facts import Facts
from migrator.facts.cron import Job

DAY = 24 * 60
CLOCK = re.compile(r"T(\d\d):(\d\d)")
# Of a calendar time as systemd prints it: "*", "7", "06,18", "07..23", "00/15".
FIELD = r"(?:\*|\d+(?:\.\.\d+)?)(?:/[1-9]\d*)?"
FIELDS = rf"({FIELD}(?:,{FIELD})*)"
CALENDAR = re.compile(rf"OnCalendar=(?:\S+ )*{FIELDS}:{FIELDS}:\S+(?: \S+)?$")


@dataclass(frozen=True)
class Minutes:
    """A job counts in every minute of the day in which it may start, by the host's own clock.

    ``daily`` has what runs each day, ``some`` what runs on some days only: of the week, of the
    month, or once. What the clock does not decide (at boot, after an interval, by dice) is in
    neither.
    """

    daily: tuple[int, ...] = ()  # 1440 numbers, from 00:00 on; empty without any job
    some: tuple[int, ...] = ()  # the same
    unknown: int = 0  # jobs of which nothing says the minute


def of(found: Facts) -> Minutes:
    daily, some, unknown = [0] * DAY, [0] * DAY, 0
    jobs = [job for job in found.cron.jobs if not job.by]  # the job that runs it counts
    for job in jobs:
        when, each_day = of_job(job)
        unknown += not when
        for minute in when:
            (daily if each_day else some)[minute] += 1
    if not jobs:
        return Minutes()
    return Minutes(tuple(daily), tuple(some), unknown)


def added(one: Minutes, other: Minutes) -> Minutes:
    """Both together."""
    return Minutes(
        _sums(one.daily, other.daily), _sums(one.some, other.some), one.unknown + other.unknown
    )


def _sums(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(one, other, strict=True))) if one and other else one or other


def of_job(job: Job) -> tuple[set[int], bool]:
    """The minutes of the day at which it starts, and whether it does so each day."""
    if job.kind == "timer":
        return _timer(job)
    schedule = parsed(job.schedule)
    if schedule is None or schedule.random:
        return _next(job), False
    when = {hour * 60 + minute for hour in schedule.hours for minute in schedule.minutes}
    whole = len(schedule.days) == 31 and len(schedule.months) == 12 and len(schedule.weekdays) == 7
    return when, whole


def _timer(job: Job) -> tuple[set[int], bool]:
    """systemd prints calendar times in full: "Mon *-*-* 06,18:00:00"."""
    found: set[int] = set()
    for text in job.schedule.split(", "):
        match = CALENDAR.match(text)
        if match:
            hours, parts = _numbers(match.group(1), 24), _numbers(match.group(2), 60)
            found |= {hour * 60 + minute for hour in hours for minute in parts}
    return (found, "OnCalendar=*-*-* " in job.schedule) if found else (_next(job), False)


def _numbers(text: str, end: int) -> Iterable[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("..")
        low = 0 if first == "*" else int(first)
        high = int(last) if last else (end - 1 if step or first == "*" else low)
        found |= set(range(low, min(high, end - 1) + 1, int(step or 1)))
    return found


def _next(job: Job) -> set[int]:
    """By the runs that the agent worked out."""
    clocks = [match for run in job.next if (match := CLOCK.search(run.local))]
    return {int(match.group(1)) * 60 + int(match.group(2)) for match in clocks}
