"""The clock: time zone, the hardware's clock, and the programs that keep it right."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.assignments import settings
from migrator.agent.files import decoded
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ZONE = "/etc/localtime"
SYSCONFIG = "/etc/sysconfig/clock"
RCS = "/etc/default/rcS"
# (daemon, its process, its files)
DAEMONS = (
    ("chrony", "chronyd", ("/etc/chrony.conf", "/etc/chrony/chrony.conf", "/etc/chrony.d/")),
    ("chrony", "chronyd", ("/etc/chrony/conf.d/", "/etc/chrony/sources.d/")),
    ("ntpd", "ntpd", ("/etc/ntp.conf", "/etc/ntpsec/ntp.conf")),
    ("openntpd", "ntpd", ("/etc/openntpd/ntpd.conf", "/etc/ntpd.conf")),
    (
        "timesyncd",
        "systemd-timesyn",
        ("/etc/systemd/timesyncd.conf", "/etc/systemd/timesyncd.conf.d/"),
    ),
    ("ptp4l", "ptp4l", ("/etc/ptp4l.conf", "/etc/linuxptp/ptp4l.conf")),
)
SOURCE = re.compile(r"\s*(?:servers?|pools?|peer)\s+(?:-\S+\s+)*(\S+)")
TIMESYNCD = re.compile(r"\s*(?:Fallback)?NTP\s*=\s*(.*)$")


def clock(host):
    # type: (Host) -> dict[str, Any]
    return {
        "timezone": _name(host),
        "timezone_rule": _rule(host),
        "hardware_clock": _hardware(host),
        "time_sources": host.part("system.time_sources", lambda: time_sources(host), []),
    }


def _name(host):
    # type: (Host) -> str
    """A link says what is in force; older releases copy the zone and keep its name in a file."""
    linked = host.link(ZONE).partition("zoneinfo/")[2]
    said = settings(host, SYSCONFIG)
    return (
        linked
        or host.text("/etc/timezone").strip()
        or said.get("ZONE", "")
        or said.get("TIMEZONE", "")
    )


def _rule(host):
    # type: (Host) -> str
    """The last line of a zone's file: it is the rule for all times to come."""
    data = host.raw(ZONE)
    if data[:4] != b"TZif" or data[4:5] < b"2" or not data.endswith(b"\n"):
        return ""
    return decoded(data[:-1].rpartition(b"\n")[2])


def _hardware(host):
    # type: (Host) -> str
    said = "".join(host.lines("/etc/adjtime")[2:3]).strip()
    if said in ("UTC", "LOCAL"):
        return said
    sysconfig = settings(host, SYSCONFIG)
    flag = sysconfig.get("UTC", settings(host, RCS).get("UTC", "")).lower()
    if "--localtime" in sysconfig.get("HWCLOCK", ""):
        return "LOCAL"
    if flag in ("yes", "true", "1") or "-u" in sysconfig.get("HWCLOCK", ""):
        return "UTC"
    return "LOCAL" if flag in ("no", "false", "0") else ""


def time_sources(host):
    # type: (Host) -> list[dict[str, Any]]
    running = _running(host) if host.live else set()
    found = []
    for daemon, process, places in DAEMONS:
        for path in (path for place in places for path in _paths(host, place)):
            pattern = TIMESYNCD if daemon == "timesyncd" else SOURCE
            matches = [pattern.match(line) for line in host.lines(path)]
            servers = [name for match in matches if match for name in match.group(1).split()]
            found.append(
                {
                    "daemon": daemon,
                    "where": path,
                    "servers": servers,
                    "running": process in running,
                }
            )
    return found


def _paths(host, place):
    # type: (Host, str) -> list[str]
    if place.endswith("/"):
        return [path for path in host.files(place) if path.endswith((".conf", ".sources"))]
    return [place] if host.exists(place) else []


def _running(host):
    # type: (Host) -> set[str]
    pids = (name for name in host.names("/proc") if name.isdigit())
    return set(host.text("/proc/%s/comm" % pid).strip() for pid in pids)
