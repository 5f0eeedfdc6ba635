"""What runs by time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """Something that runs by time. ``raw`` is the line or file exactly as found."""

    kind: str  # crontab | cron.d | user | periodic (cron.daily …) | anacron | at | timer
    where: str
    user: str
    schedule: str  # "* * * * *", "daily", OnCalendar=…, time of an at job
    command: str
    raw: str


@dataclass(frozen=True)
class Cron:
    jobs: tuple[Job, ...] = ()
