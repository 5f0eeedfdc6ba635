"""Timers of systemd, also those of users, from the units that were read before."""

from __future__ import absolute_import, division, print_function

import calendar
import re
import time

from migrator.agent.cron.job import job, run
from migrator.agent.cron.zone import Zone
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from migrator.agent.cron.job import Job

TRIGGER = re.compile(r"\{ (\w+=[^;]*?) ;")
SETTINGS = (
    "Persistent AccuracyUSec RandomizedDelayUSec FixedRandomDelay WakeSystem OnClockChange"
    " OnTimezoneChange RemainAfterElapse"
).split()
DATE = re.compile(r"\w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? (\S+)$")
SPAN = re.compile(r"([\d.]+)(y|month|w|d|h|min|s|ms|us)\b")
SECONDS = {
    "y": 31557600.0,
    "month": 2629800.0,
    "w": 604800.0,
    "d": 86400.0,
    "h": 3600.0,
    "min": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
}


def timers(host, units, zone):
    # type: (Host, list[dict[str, Any]], Zone) -> list[Job]
    """``settings`` are systemd's own names and values, as far as they are not the default."""
    wanted = [
        unit for unit in units if unit["name"].endswith(".timer") and unit["load"] == "loaded"
    ]
    return [_timer(host, unit, zone) for unit in wanted]


def _timer(host, unit, zone):
    # type: (Host, dict[str, Any], Zone) -> Job
    properties = unit["properties"]
    both = properties.get("TimersCalendar", "") + properties.get("TimersMonotonic", "")
    schedule = ", ".join(TRIGGER.findall(both))
    service = properties.get("Unit", unit["name"].rpartition("/")[2][: -len("timer")] + "service")
    user = unit["user"] if unit["origin"] == "user" else ""
    last = _moment(properties.get("LastTriggerUSec", ""), zone)
    coming = [
        _moment(properties.get("NextElapseUSecRealtime", ""), zone),
        _since_boot(host, properties.get("NextElapseUSecMonotonic", "")),
    ]
    due = sorted(moment for moment in coming if moment)[:1]
    return job(
        "timer",
        unit["name"],
        user,
        schedule,
        service,
        schedule,
        settings=dict((key, properties[key]) for key in SETTINGS if key in properties),
        last=zone.written(last) if last else "",
        next=[run(moment, zone) for moment in due],
    )


def _moment(text, zone):
    # type: (str, Zone) -> int
    """The second since 1970 that systemd prints by the host's clock; 0 for none. Of two that
    look alike, when the clock is put back, the first."""
    match = DATE.match(text)
    if not match:
        return 0
    local = calendar.timegm(time.strptime(match.group(1), "%Y-%m-%d %H:%M:%S"))
    if match.group(2) == "UTC":
        return local
    return (zone.moments(local) or [0])[0]


def _since_boot(host, text):
    # type: (Host, str) -> int
    booted = re.search(r"(?m)^btime (\d+)", host.text("/proc/stat"))
    spans = SPAN.findall(text)
    if not booted or not spans:
        return 0
    return int(booted.group(1)) + int(sum(float(n) * SECONDS[unit] for n, unit in spans))
