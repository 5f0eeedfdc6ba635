"""What the page's pictures are drawn from: numbers of the assessment as lengths in pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from migrator.assess.fleet import Fleet
from migrator.assess.minutes import DAY, Minutes
from migrator.assess.prediction import Estimate
from migrator.assess.timetable import Timed
from migrator.report.words import duration

WIDTH = 720  # of a day, and of all else that is drawn along a line
BIN = 10  # minutes
HEIGHT = 72
HOURS = range(0, 25, 3)
MOST = 60  # rows of a timeline


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    daily: float  # heights
    some: float
    title: str


@dataclass(frozen=True)
class Day:
    """The most jobs that start in one minute, for each ten minutes of a day."""

    bars: tuple[Bar, ...]
    most: int
    busiest: str  # "02:00, 7 jobs"


@dataclass(frozen=True)
class Row:
    """Of a timeline: moments, or one span of what starts again and again."""

    job: Timed
    ticks: tuple[float, ...]
    span: tuple[float, float] | None  # x and width


@dataclass(frozen=True)
class Part:
    host: str
    x: float
    width: float
    title: str


@dataclass(frozen=True)
class Wave:
    number: int
    hosts: tuple[str, ...]
    together: tuple[tuple[str, ...], ...]  # hosts that need each other
    parts: tuple[Part, ...]
    seconds: float
    downtime: float  # of the host that takes longest


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def day(found: Minutes) -> Day | None:
    if not found.daily:
        return None
    both = [one + other for one, other in zip(found.daily, found.some, strict=True)]
    most = max(both)
    if not most:
        return None
    peak = both.index(most)
    bars = []
    for start in range(0, DAY, BIN):
        at = max(range(start, start + BIN), key=both.__getitem__)
        if both[at]:
            daily, some = found.daily[at], found.some[at]
            title = f"{clock(start)}: {daily} daily, {some} on some days, at {clock(at)}"
            scale = HEIGHT / most
            bars.append(Bar(_x(start), WIDTH * BIN / DAY - 1, daily * scale, some * scale, title))
    jobs = "1 job" if most == 1 else f"{most} jobs"
    return Day(tuple(bars), most, f"{clock(peak)}, {jobs}")


def timeline(jobs: Iterable[Timed]) -> tuple[Row, ...]:
    """Those that the clock starts, by their first start; at most 60."""
    timed = sorted((job for job in jobs if job.times), key=lambda job: (job.starts, job.where))
    rows = []
    for job in timed[:MOST]:
        if job.times > len(job.starts):
            first, last = job.starts
            rows.append(Row(job, (), (_x(first), max(_x(last) - _x(first), 2))))
        else:
            rows.append(Row(job, tuple(map(_x, job.starts)), None))
    return tuple(rows)


def _x(minute: int) -> float:
    return round(minute * WIDTH / DAY, 1)


def waves(fleet: Fleet) -> tuple[Wave, ...]:
    """Each wave after the one before, and in it the copies of hosts one after the other."""
    rows = {row.host: row for row in fleet.hosts}
    total = sum(row.bulk.likely for row in rows.values() if row.bulk) or 1
    made, at = [], 0.0
    for number, wave in enumerate(fleet.waves, 1):
        names = tuple(host for group in wave.groups for host in group.hosts)
        parts, begun, downtime = [], at, 0.0
        for name in names:
            bulk, down = rows[name].bulk, rows[name].downtime
            if bulk and down:
                title = f"{name}: copy {duration(bulk.likely)}, downtime {duration(down.likely)}"
                x, width = at * WIDTH / total, bulk.likely * WIDTH / total
                parts.append(Part(name, round(x, 1), round(max(width - 1, 1), 1), title))
                at += bulk.likely
                downtime = max(downtime, down.likely)
        together = tuple(group.hosts for group in wave.groups if len(group.hosts) > 1)
        made.append(Wave(number, names, together, tuple(parts), at - begun, downtime))
    return tuple(made)


def along(value: float, longest: float, width: float = WIDTH) -> float:
    """Seconds on a logarithmic scale from one second on: copies take hours, stops seconds."""
    return round(width * math.log1p(max(value, 0)) / math.log1p(max(longest, 1)), 1)


def longest(estimates: Sequence[Estimate]) -> float:
    return max((estimate.high for estimate in estimates), default=1)


def share(value: float, whole: float, width: float = WIDTH) -> float:
    return round(width * value / whole, 1) if whole else 0
