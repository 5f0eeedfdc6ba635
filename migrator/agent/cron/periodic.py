"""Scripts of cron.daily and its like, and the job that runs them."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.cron.job import job
from migrator.agent.cron.zone import Zone
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.agent.cron.job import Job

PERIODS = ("hourly", "daily", "weekly", "monthly", "yearly")
ALPINE = ("15min",) + PERIODS[:4]
DIRECTORIES = tuple(("/etc/cron." + period, period) for period in PERIODS) + tuple(
    ("/etc/periodic/" + period, period) for period in ALPINE
)
SUSE = "/usr/lib/cron/run-crons"
LAST_RUNS = "/var/spool/cron/lastrun/"  # of SUSE; a file's time is when its directory was run
# What the run-parts of Red Hat, SUSE's run-crons, and the run-parts of Debian and busybox leave.
LEFT_BY = {
    "redhat": re.compile(r"\.|.*(?:[~,]|\.(?:rpmsave|rpmorig|rpmnew|swp|cfsaved)|,v)$", re.S),
    "suse": re.compile(r"[.#]|.*(?:~|\.swap|\.bak|\.orig)$|.*\.rpm", re.S),
    "debian": re.compile(r"(?![A-Za-z0-9_-]+\Z)", re.S),
}
ANACRON = "/usr/sbin/anacron"
UNLESS_ANACRON = re.compile(r"-x " + ANACRON + r"\s*\]?\s*\|\|")


def scripts(host, callers, zone):
    # type: (Host, list[Job], Zone) -> tuple[list[Job], list[dict[str, str]]]
    """(those that run, those that are passed over). ``callers``: all other jobs."""
    run = []
    passed_over = []
    for directory, period in DIRECTORIES:
        caller = _caller(host, directory, callers)
        shown = [p for p in host.files(directory) if not p.rpartition("/")[2].startswith(".")]
        for path in shown:
            reason = _passed_over(host, path)
            if reason:
                passed_over.append({"where": path, "reason": reason[0], "detail": reason[1]})
            else:
                run.append(_job(host, path, period, caller, zone))
    return run, passed_over


def _passed_over(host, path):
    # type: (Host, str) -> tuple[str, str] | None
    name = path.rpartition("/")[2]
    if LEFT_BY[_runner(host)].match(name):
        return "name", name
    mode = os.stat(host.at(path)).st_mode
    return None if mode & 0o111 else ("not executable", "%04o" % (mode & 0o7777))


def _runner(host):
    # type: (Host) -> str
    if host.exists(SUSE):
        return "suse"
    return "redhat" if host.raw("/usr/bin/run-parts").startswith(b"#!") else "debian"


def _caller(host, directory, callers):
    # type: (Host, str, list[Job]) -> Job | None
    """A line that does nothing where anacron is installed is none."""
    name = directory.rpartition("/")[2]
    pattern = r"(?:^|[\s/])%s(?![\w.-])" % re.escape(name if "." in name else directory)
    timer = name.replace(".", "-") + ".timer"  # as systemd-cron names it
    for one in callers:
        idle = UNLESS_ANACRON.search(one["command"]) and host.exists(ANACRON)
        every = host.exists(SUSE) and SUSE in one["command"]
        if one["where"] == timer or (not idle and (every or re.search(pattern, one["command"]))):
            return one
    return None


def _job(host, path, period, caller, zone):
    # type: (Host, str, str, Job | None, Zone) -> Job
    """SUSE's run-crons looks often and runs seldom, when is not known; anacron knows a day."""
    found = job("periodic", path, "root", period, path, path)
    if caller:
        found.update(by=caller["where"], last=caller["last"], due=caller["due"])
        found["settings"] = caller["settings"] if caller["kind"] != "timer" else {}
        if SUSE not in caller["command"]:
            found["next"] = caller["next"]
        elif host.exists(LAST_RUNS + "cron." + period):
            stamp = os.stat(host.at(LAST_RUNS + "cron." + period)).st_mtime
            found["last"] = zone.written(int(stamp))
    return found
