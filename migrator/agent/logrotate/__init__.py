"""Which logs are rotated and how: logrotate's configuration, its state, and what runs it."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.logrotate.configuration import Configuration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TOPS = ("/etc/logrotate.conf", "/usr/etc/logrotate.conf")  # the second of SUSE
STATES = (
    "/var/lib/logrotate/status",
    "/var/lib/logrotate/logrotate.status",
    "/var/lib/logrotate.status",
    "/var/lib/misc/logrotate.status",
)
STATE = re.compile(r"\"?(/.*?)\"?\s+(\d+)-(\d+)-(\d+)(?:-(\d+):(\d+):(\d+))?$")


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    configuration = Configuration(host)
    configuration.read(next((top for top in TOPS if host.exists(top)), TOPS[0]))
    return {
        "rotations": configuration.rotations,
        "defaults": configuration.options,
        "ignored": configuration.ignored,
        "by": [job["where"] for job in found.get("cron", {}).get("jobs", ()) if _runs_it(job)],
        "last": host.part("logrotate.last", lambda: last(host), []),
    }


def _runs_it(job):
    # type: (dict[str, Any]) -> bool
    return bool(re.search(r"(?:^|[/\s])logrotate(?:\.service)?(?:$|[\s;])", job["command"]))


def last(host):
    # type: (Host) -> list[dict[str, str]]
    """A log that was only noticed, and never rotated, is there as well, with that day."""
    found = []
    for path in STATES:
        for where, line in host.numbered(path):
            match = STATE.match(line)
            if match:
                year, month, day, hour, minute, second = (int(n or 0) for n in match.groups()[1:])
                moment = (year, month, day, hour, minute, second)
                at = "%04d-%02d-%02dT%02d:%02d:%02d" % moment
                found.append({"path": match.group(1), "at": at})
            elif not line.startswith("logrotate state"):
                host.strange("logrotate", where, line)
    return found
