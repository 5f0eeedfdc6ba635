"""Fcrontabs, as fcrontab keeps their text beside what fcron reads."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.cron.crontab import kind_of, setting, split, table
from migrator.agent.cron.job import job
from migrator.agent.cron.schedule import MONTHS, WEEKDAYS
from migrator.agent.host import Host
from migrator.agent.redact import redacted, redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.agent.cron.crontab import Table
    from migrator.agent.cron.job import Job

SPOOL = "/var/spool/fcron"
SUFFIX = ".orig"
SYSTEM = "systab"
# "& 5 fields", "@ 30" (minutes of running), "%nightly * 2-4"; options stand behind the sign.
JOB = re.compile(
    r"[ \t]*((?:[&@%%][^ \t]*[ \t]+)?(?:(?:[\d*][^ \t]*|%s)[ \t]+)*)(\S.*)$"
    % "|".join(MONTHS + WEEKDAYS)
)
OPTIONS = re.compile(r"!\w")


def fcrontabs(host):
    # type: (Host) -> tuple[list[Table], list[Job]]
    tables, jobs = [], []
    for path in host.files(SPOOL):
        name = path.rpartition("/")[2]
        if name.endswith(SUFFIX):
            user = name[: -len(SUFFIX)]
            found = _fcrontab(host, path, "root" if user == SYSTEM else user)
            tables.append(found[0])
            jobs += found[1]
    return tables, jobs


def _fcrontab(host, path, user):
    # type: (Host, str, str) -> tuple[Table, list[Job]]
    lines, jobs = [], []
    settings = {}  # type: dict[str, str]
    for number, text in enumerate(split(host.text(path)), 1):
        where = "%s:%d" % (path, number)
        row, match = kind_of(text), JOB.match(text)
        if OPTIONS.match(text):
            row = "setting"  # of fcron itself; jobs do not see it
        elif row == "setting":
            name, value = setting(text)
            settings[name] = redacted_value(name, value)
        elif row == "job" and match and match.group(1):
            when = " ".join(match.group(1).split())
            more = {"settings": dict(settings)}
            jobs.append(job("fcron", where, user, when, match.group(2), text, **more))
        elif row == "job":
            row = "unparsed"
            host.strange("cron", where, redacted(text))
        lines.append({"kind": row, "text": redacted(text)})
    return table(host, "fcron", path, user, lines), jobs
