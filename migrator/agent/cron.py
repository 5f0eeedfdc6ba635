"""What runs by time: crontabs, periodic directories, anacron, at jobs and timers."""

from __future__ import absolute_import, division, print_function

import os
import re
import time

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Job = dict[str, str]

SETTING = re.compile(r"\s*[A-Za-z_][A-Za-z0-9_]*\s*=")
FIELDS = re.compile(r"(@\w+|(?:\S+\s+){4}\S+)\s+(.*)$")
USER_CRONTABS = ("/var/spool/cron/crontabs", "/var/spool/cron")
AT_SPOOLS = ("/var/spool/cron/atjobs", "/var/spool/at")
PERIODS = ("hourly", "daily", "weekly", "monthly", "yearly")


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    jobs = host.part("cron.jobs", lambda: tables(host), [])
    return {"jobs": jobs + timers(found["units"])}


def tables(host):
    # type: (Host) -> list[Job]
    found = _table(host, "crontab", "/etc/crontab", "")
    for path in host.files("/etc/cron.d"):
        if re.match(r"[A-Za-z0-9_-]+$", path.rpartition("/")[2]):  # cron ignores other names
            found += _table(host, "cron.d", path, "")
    for spool in USER_CRONTABS:
        for path in host.files(spool):
            found += _table(host, "user", path, path.rpartition("/")[2])
    return found + _periodic(host) + _anacron(host) + _at(host)


def _job(kind, where, user, schedule, command, raw):
    # type: (str, str, str, str, str, str) -> Job
    return {
        "kind": kind,
        "where": where,
        "user": user,
        "schedule": schedule,
        "command": command,
        "raw": raw,
    }


def _table(host, kind, path, user):
    # type: (Host, str, str, str) -> list[Job]
    """Lines of a crontab; a system crontab names the user of each line."""
    found = []
    for where, line in host.numbered(path):
        if not line.strip() or line.lstrip().startswith("#") or SETTING.match(line):
            continue
        match = FIELDS.match(line.strip())
        words = match.group(2).split(None, 1) if match and not user else []
        if not match or (not user and len(words) < 2):
            host.strange("cron", where, line)
        elif user:
            found.append(_job(kind, where, user, match.group(1), match.group(2), line))
        else:
            found.append(_job(kind, where, words[0], match.group(1), words[1], line))
    return found


def _periodic(host):
    # type: (Host) -> list[Job]
    found = []
    for period in PERIODS:
        for path in host.files("/etc/cron." + period):
            runs = re.match(r"[A-Za-z0-9_-]+$", path.rpartition("/")[2])
            if runs and os.access(host.at(path), os.X_OK):
                found.append(_job("periodic", path, "root", period, path, path))
    return found


def _anacron(host):
    # type: (Host) -> list[Job]
    found = []
    for where, line in host.numbered("/etc/anacrontab"):
        if not line.strip() or line.lstrip().startswith("#") or SETTING.match(line):
            continue
        words = line.split(None, 3)
        if len(words) < 4:
            host.strange("cron", where, line)
        else:
            schedule = " ".join(words[:3])
            found.append(_job("anacron", where, "root", schedule, words[3], line))
    return found


def _at(host):
    # type: (Host) -> list[Job]
    """The name of a spool file holds its time; its head holds the caller's environment, which may
    be secret: only what follows it is kept."""
    found = []
    for spool in AT_SPOOLS:
        for path in host.files(spool):
            name = path.rpartition("/")[2]
            match = re.match(r"[a-zA-Z][0-9a-f]{5}([0-9a-f]{8})$", name)
            if match:
                seconds = int(match.group(1), 16) * 60
                moment = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(seconds))
                command = host.text(path).rpartition("\n}\n")[2].strip()
                found.append(_job("at", path, _at_user(host, path), moment, command, command))
    return found


def _at_user(host, path):
    # type: (Host, str) -> str
    match = re.search(r"(?m)^# atrun uid=(\d+)", host.text(path))
    uid = match.group(1) if match else str(os.stat(host.at(path)).st_uid)
    fields = (line.split(":") for line in host.lines("/etc/passwd"))
    return next((entry[0] for entry in fields if len(entry) > 2 and entry[2] == uid), uid)


def timers(units):
    # type: (list[dict[str, Any]]) -> list[Job]
    found = []
    for unit in units:
        properties = unit["properties"]
        if unit["name"].endswith(".timer") and unit["load"] == "loaded":
            both = properties.get("TimersCalendar", "") + properties.get("TimersMonotonic", "")
            schedule = ", ".join(re.findall(r"\{ (\w+=[^;]*?) ;", both))
            command = properties.get("Unit", unit["name"][: -len("timer")] + "service")
            found.append(_job("timer", unit["name"], "", schedule, command, schedule))
    return found
