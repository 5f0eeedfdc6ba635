"""Hold or release a container's jobs while it runs, and say which runs were missed meanwhile."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from migrator.agent.cron import schedule, zone
from migrator.carrier import Caller
from migrator.facts import Facts
from migrator.facts.cron import Job
from migrator.plan import Plan

ZONES = Path("/usr/share/zoneinfo")
MOST = 1000  # runs of one job that are counted


@dataclass(frozen=True)
class Missed:
    """A job that came due while nothing was to run. Its runs are counted up to 1000."""

    kind: str  # as of facts.cron.Job
    where: str
    user: str
    command: str  # secrets redacted
    due: str  # the first time: "2026-03-01T06:25:00+01:00" by the host's clock, or a day
    times: int
    made_up: bool  # the release runs it once; else it waits for its next turn


@dataclass(frozen=True)
class Switched:
    """What became of the jobs of a container; times are in seconds since 1970, 0 for unknown."""

    changed: bool
    since: int
    at: int
    units: tuple[str, ...]  # schedulers and timers that were started or stopped
    missed: tuple[Missed, ...]  # between ``since`` and ``at``; empty when jobs were held


def switch(
    target: Caller,
    host: str,
    plan: Plan,
    found: Facts,
    wanted: Literal["held", "released"],
    since: int = 0,
    check: bool = False,
) -> Switched:
    """Make the jobs of the container of ``host`` so; what is so already stays untouched.

    ``since`` is when the source's jobs were stopped; 0 for when the container's were held.
    """
    done: dict[str, Any] = target.call("runtime", "jobs", request(plan, host, wanted, check))
    begun = since or int(done["since"])
    lost = missed(found, begun, int(done["at"]), plan.jobs_catch_up)
    told = bool(begun) and wanted == "released" and bool(done["changed"])
    return Switched(
        bool(done["changed"]),
        begun,
        int(done["at"]),
        tuple(done["units"]),
        lost if told else (),
    )


def request(plan: Plan, name: str, wanted: str, check: bool) -> dict[str, Any]:
    """What the runtime needs to know for it."""
    return {
        "name": name,
        "init": plan.init,
        "jobs": wanted,
        "catch_up": plan.jobs_catch_up,
        "check": check,
    }


def missed(
    found: Facts, since: int, until: int, catch_up: Literal["run_once", "skip"]
) -> tuple[Missed, ...]:
    """The jobs of the host that came due later than ``since`` and not later than ``until``.

    A line of a crontab is told by its schedule. Of a timer only the run that systemd announced is
    known, of anacron the first day; what runs the files of a directory is told by these.
    """
    callers = {job.by for job in found.cron.jobs if job.by}
    jobs = {job.where: job for job in found.cron.jobs}
    rows = []
    for job in found.cron.jobs:
        if job.where in callers:
            continue
        timed = jobs.get(job.by, job)
        due = _due(timed, found, since, until)
        if due:
            again = catch_up == "run_once" and _catches_up(timed)
            rows.append(Missed(job.kind, job.where, job.user, job.command, due[0], len(due), again))
    return tuple(rows)


def _catches_up(job: Job) -> bool:
    return job.kind in ("anacron", "at") or job.settings.get("Persistent") == "yes"


def _due(job: Job, found: Facts, since: int, until: int) -> list[str]:
    if job.kind == "anacron":
        today = datetime.fromtimestamp(until, UTC).date().isoformat()
        return [job.due] if job.due and job.due <= today else []
    if job.kind in ("at", "timer"):
        return [run.local for run in job.next if since < run.at <= until]
    here = _zone(job.settings.get("CRON_TZ") or found.system.timezone)
    when = schedule.parsed(job.schedule)
    if not when or not here:
        return []
    moments = schedule.upcoming(when, since, here, MOST)
    return [here.written(moment) for moment in moments if moment <= until]


def _zone(name: str) -> zone.Zone | None:
    with contextlib.suppress(OSError):
        return zone.read((ZONES / name).read_bytes())
    return None
