"""What runs by time: crontabs, periodic directories, anacron, at jobs and timers."""

from __future__ import absolute_import, division, print_function

from migrator.agent.cron import at, schedule, zone
from migrator.agent.cron.anacron import anacrontab
from migrator.agent.cron.crontab import crontab
from migrator.agent.cron.fcron import fcrontabs
from migrator.agent.cron.flavour import flavour, ignored, runners
from migrator.agent.cron.job import run
from migrator.agent.cron.periodic import scripts
from migrator.agent.cron.timers import timers
from migrator.agent.cron.zone import UTC, Zone
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from migrator.agent.cron.job import Job

SPOOLS = ("/var/spool/cron/crontabs", "/var/spool/cron/tabs", "/var/spool/cron")
LISTS = ("/etc/%s.allow", "/etc/%s.deny", "/var/spool/%s/allow", "/var/spool/%s/deny")
NO_TABLES = ("allow", "deny")  # SUSE keeps its lists in the spool
ZONES = "/usr/share/zoneinfo/"
RUNS = 3  # next ones that are kept of a job
OF_A_ZONE = ("cronie", "systemd-cron")  # they heed CRON_TZ


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    here = zone.read(host.raw("/etc/localtime")) or UTC
    programs = host.part("cron.daemons", lambda: runners(host, found), [])
    cron = flavour(programs)
    tables, jobs, refused = host.part("cron.tables", lambda: _tables(host, cron), ([], [], []))
    anacron = host.part("cron.anacron", lambda: anacrontab(host), ([], []))
    fcron = host.part("cron.fcron", lambda: fcrontabs(host), ([], []))
    systemd = host.part("cron.timers", lambda: timers(host, found["units"], here), [])
    for one in jobs:
        one["next"] = _next(host, one, cron, here, found["taken_at"])
    callers = jobs + anacron[1] + systemd
    periodic = host.part("cron.periodic", lambda: scripts(host, callers, here), ([], []))
    waiting = host.part("cron.at", lambda: at.waiting(host, here), [])
    return {
        "daemons": programs,
        "jobs": jobs + periodic[0] + anacron[1] + fcron[1] + waiting + systemd,
        "tables": tables + anacron[0] + fcron[0],
        "ignored": refused + periodic[1],
        "access": list(_access(host)),
    }


def _tables(host, cron):
    # type: (Host, str) -> tuple[list[dict[str, Any]], list[Job], list[dict[str, str]]]
    """(tables, the jobs of those that cron reads, the others)."""
    tables, jobs, refused = [], [], []
    for kind, path, user in _places(host):
        table, own = crontab(host, kind, path, user)
        tables.append(table)
        reason = ignored(host, kind, cron, table)
        if reason:
            refused.append({"where": path, "reason": reason[0], "detail": reason[1]})
            continue
        if own and not table["newline"] and own[-1]["where"].endswith(":%d" % len(table["lines"])):
            last = own.pop() if cron == "cronie" else None  # it takes only whole lines
            refused += [_cut(last)] if last else []
        jobs += own
    return tables, jobs, refused


def _cut(last):
    # type: (Job) -> dict[str, str]
    return {"where": last["where"], "reason": "newline", "detail": last["raw"]}


def _places(host):
    # type: (Host) -> Iterator[tuple[str, str, str]]
    """(kind, path, user) of each crontab."""
    if host.text("/etc/crontab"):
        yield "crontab", "/etc/crontab", ""
    for path in host.files("/etc/cron.d"):
        if not path.rpartition("/")[2].startswith("."):  # no cron reads it, nobody expects it to
            yield "cron.d", path, ""
    for spool in SPOOLS:
        for path in host.files(spool):
            name = path.rpartition("/")[2]
            if name not in NO_TABLES and not name.startswith("."):
                yield "user", path, name


def _next(host, job, cron, here, now):
    # type: (Host, Job, str, Zone, int) -> list[dict[str, Any]]
    """None when the job has a time zone of its own that this host does not know."""
    when = schedule.parsed(job["schedule"])
    named = job["settings"].get("CRON_TZ", "") if cron in OF_A_ZONE else ""
    own = zone.read(host.raw(ZONES + named)) if named else here
    if not when or not own:
        return []
    return [run(moment, here) for moment in schedule.upcoming(when, now, own, RUNS)]


def _access(host):
    # type: (Host) -> Iterator[dict[str, Any]]
    for program in ("cron", "at", "fcron"):
        for pattern in LISTS:
            if host.exists(pattern % program):
                users = host.text(pattern % program).split()
                yield {"where": pattern % program, "users": users}
