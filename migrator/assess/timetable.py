"""What runs by time: each job, with its next runs and its place in the day."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.assess import minutes
from migrator.facts import Facts

MOST = 48  # starts a day that are named; what starts more often begins and ends somewhere


@dataclass(frozen=True)
class Timed:
    """A job. Its times are those of the host's own clock."""

    kind: str  # crontab | cron.d | user | fcron | periodic | anacron | at | timer
    where: str  # path:line of a line, path of a file, name of a timer
    user: str  # "" for a timer of the system
    schedule: str  # as it is written there
    command: str  # secrets redacted
    by: str  # the job that runs it, its ``where``; "" for what the clock starts itself
    next: tuple[str, ...]  # "2026-03-01T06:25:00+01:00", at most three
    times: int  # how often it may start in a day; 0 when the clock does not decide that
    # Minutes of the day at which it may start; the first and the last where there are more than 48
    starts: tuple[int, ...]
    daily: bool  # False: on some days only


def of(found: Facts) -> tuple[Timed, ...]:
    """In the order of the facts: file by file, line by line."""
    made = []
    for job in found.cron.jobs:
        when, each_day = (set[int](), False) if job.by else minutes.of_job(job)
        starts = sorted(when)
        made.append(
            Timed(
                kind=job.kind,
                where=job.where,
                user=job.user,
                schedule=job.schedule,
                command=job.command,
                by=job.by,
                next=tuple(run.local for run in job.next),
                times=len(starts),
                starts=tuple(starts if len(starts) <= MOST else (starts[0], starts[-1])),
                daily=each_day,
            )
        )
    return tuple(made)
