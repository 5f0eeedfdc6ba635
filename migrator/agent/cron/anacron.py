"""/etc/anacrontab, and the days on which anacron ran its jobs last."""

from __future__ import absolute_import, division, print_function

import calendar
import re
import time

from migrator.agent.cron.crontab import kind_of, setting, split, table
from migrator.agent.cron.job import job
from migrator.agent.host import Host
from migrator.agent.redact import redacted, redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.agent.cron.crontab import Table
    from migrator.agent.cron.job import Job

TABLE = "/etc/anacrontab"
SPOOL = "/var/spool/anacron/"
LINE = re.compile(r"[ \t]*(@?\w+)[ \t]+(\d+)[ \t]+([^ \t/]+)[ \t]+(\S.*)$", re.S)
DAYS = {"@daily": 1, "@weekly": 7, "@yearly": 365, "@annually": 365}
DAY = 86400  # seconds


def anacrontab(host):
    # type: (Host) -> tuple[list[Table], list[Job]]
    """A line that ends with a backslash goes on in the next."""
    if not host.text(TABLE):
        return [], []
    lines, jobs = [], []
    settings = {}  # type: dict[str, str]
    number = 1
    for text in _joined(split(host.text(TABLE))):
        where = "%s:%d" % (TABLE, number)
        number += 1 + text.count("\n")
        row = kind_of(text)
        if row == "setting":
            name, value = setting(text)
            settings[name] = redacted_value(name, value)
        elif row == "job":
            found = _job(host, where, text, settings)
            jobs += [found] if found else []
            row = row if found else "unparsed"
        if row == "unparsed":
            host.strange("cron", where, redacted(text))
        lines.append({"kind": row, "text": redacted(text)})
    return [table(host, "anacron", TABLE, "root", lines)], jobs


def _joined(rows):
    # type: (list[str]) -> list[str]
    found = []  # type: list[str]
    goes_on = False
    for row in rows:
        if goes_on:
            found[-1] += "\n" + row
        else:
            found.append(row)
        goes_on = row.endswith("\\")
    return found


def _job(host, where, text, settings):
    # type: (Host, str, str, dict[str, str]) -> Job | None
    match = LINE.match(text)
    if not match or not (match.group(1).isdigit() or match.group(1) in DAYS or _monthly(match)):
        return None
    period, delay, name, command = match.groups()
    stamp = host.text(SPOOL + name).strip()
    last, due = "", ""
    if re.match(r"\d{8}$", stamp):
        last = "%s-%s-%s" % (stamp[:4], stamp[4:6], stamp[6:])
        due = _due(period, stamp)
    when = "%s %s %s" % (period, delay, name)
    command = command.replace("\\\n", "")
    return job(
        "anacron", where, "root", when, command, text, settings=dict(settings), last=last, due=due
    )


def _monthly(match):
    # type: (re.Match[str]) -> bool
    return match.group(1) == "@monthly"


def _due(period, stamp):
    # type: (str, str) -> str
    """The period counts days from the last run; a month is as long as that of the last run."""
    try:
        then = time.strptime(stamp, "%Y%m%d")
    except ValueError:
        return ""
    days = calendar.monthrange(then.tm_year, then.tm_mon)[1]
    days = int(period) if period.isdigit() else DAYS.get(period, days)
    return time.strftime("%Y-%m-%d", time.gmtime(calendar.timegm(then) + days * DAY))
