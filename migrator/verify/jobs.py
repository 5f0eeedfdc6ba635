"""Jobs: each is there as it was, with its settings, and is due when it would be on the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from migrator.adapt.inits.chosen import TIMERS
from migrator.agent.cron.schedule import parsed, upcoming
from migrator.agent.cron.zone import Zone
from migrator.facts.cron import Job, Run
from migrator.verify.point import ABSENT, Case, Point, judge, pairs
from migrator.verify.units import reason

NEVER = "never"
SOME = "some time"  # of a timer that counts from its last run, or throws dice


def compare(case: Case) -> Iterator[Point]:
    left, right = case.source.cron.jobs, case.container.cron.jobs
    for point in pairs("job", left, right, _name, lambda job: job.raw):
        yield _explained(point, case)
    for point in pairs("job settings", left, right, _name, _settings):
        if ABSENT not in (point.source, point.container):
            yield point
    there = {_name(job): job for job in right}
    for job in left:
        if _name(job) in there and job.kind != "at":
            yield from _due(case, job, there[_name(job)])


def _name(job: Job) -> str:
    return f"{job.kind} {job.where} {job.user} {job.schedule}".strip()


def _settings(job: Job) -> str:
    """What its environment is: PATH, MAILTO, SHELL … of a crontab."""
    return ", ".join(f"{key}={value}" for key, value in sorted(job.settings.items()))


def _explained(point: Point, case: Case) -> Point:
    """at jobs come and go: one that is gone has run, one that is new was queued by another job."""
    if point.result != "different":
        return point
    if point.name.startswith("at ") and (point.source == ABSENT or case.plan.jobs == "released"):
        return replace(point, result="explained", why="at jobs run once and are gone")
    if point.name.startswith("timer ") and case.plan.init == "dumb-init":
        return replace(point, result="explained", why=f"plan: dumb-init; {TIMERS}")
    return point


def _due(case: Case, job: Job, there: Job) -> Iterator[Point]:
    """When it would run next on the source, at the moment at which the container was asked."""
    now = there.next[0].local if there.next else NEVER
    due = _next(case, job, there)
    if _runs(case, there) or (due == SOME and there.next):
        due = now = SOME
    unit = case.source.unit(job.where) if job.kind == "timer" and not there.next else None
    yield judge("next run", _name(job), due, now, reason(case, unit) if unit else "")


def _runs(case: Case, there: Job) -> bool:
    """A timer has no next run while what it started is still at work."""
    unit = case.container.unit(there.where) if there.kind == "timer" else None
    return unit is not None and unit.sub == "running"


def _next(case: Case, job: Job, there: Job) -> str:
    schedule = parsed(job.schedule) if job.kind in ("crontab", "cron.d", "user") else None
    asked = case.container.taken_at
    if not job.next:
        return NEVER
    if schedule:
        zone = Zone(_offset(_clock(case, job, there)))
        coming = upcoming(schedule, asked, zone, 1)
        return zone.written(coming[0]) if coming else NEVER
    fixed = "OnCalendar" in job.schedule and "RandomizedDelayUSec" not in job.settings
    return job.next[0].local if fixed and job.next[0].at > asked else SOME


def _clock(case: Case, job: Job, there: Job) -> Run:
    """Whose clock counts: by the same rule, summer may have begun since the source was asked."""
    rules = {side.system.timezone_rule for side in (case.source, case.container)}
    return there.next[0] if there.next and len(rules) == 1 else job.next[0]


def _offset(run: Run) -> int:
    """Seconds that the clock was ahead of UTC."""
    sign, hours, minutes = run.local[-6], int(run.local[-5:-3]), int(run.local[-2:])
    return (hours * 3600 + minutes * 60) * (-1 if sign == "-" else 1)
