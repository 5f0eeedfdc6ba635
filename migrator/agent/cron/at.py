"""Jobs of at and batch, as they wait in the spool."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.accounts import names
from migrator.agent.cron.job import job, run
from migrator.agent.cron.zone import Zone
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.agent.cron.job import Job

SPOOLS = ("/var/spool/cron/atjobs", "/var/spool/at", "/var/spool/atjobs")
# The queue, "=" while it runs; its number; minutes since 1970. b and later letters are of batch.
NAME = re.compile(r"([A-Za-z=])[0-9a-f]{5}([0-9a-f]{8})$")
HEREDOC = re.compile(r"\$\{SHELL:-/bin/sh\} << '(\w+)'\n(.*?)\n?\1\n*$", re.S)


def waiting(host, zone):
    # type: (Host, Zone) -> list[Job]
    found = []
    for spool in SPOOLS:
        for path in host.files(spool):
            match = NAME.match(path.rpartition("/")[2])
            if match:
                found.append(_job(host, path, match.group(1), int(match.group(2), 16) * 60, zone))
            elif not path.rpartition("/")[2].startswith("."):  # .SEQ counts the jobs
                host.strange("cron", path, path)
    return found


def _job(host, path, queue, moment, zone):
    # type: (Host, str, str, int, Zone) -> Job
    """The script begins with the environment of the caller, which may be secret, and the change
    into his directory: only what follows is kept."""
    text = host.text(path)
    head, end, command = text.partition("\n}\n")
    if not end:
        host.strange("cron", path, "an at job that does not begin as at writes it")
    here = HEREDOC.match(command)
    command = (here.group(2) if here else command).strip("\n")
    uid = re.search(r"(?m)^# atrun uid=(\d+)", head)
    owner = int(uid.group(1)) if uid else os.stat(host.at(path)).st_uid
    user = names(host).get(owner, str(owner))
    when = zone.written(moment)
    more = {"options": ["queue " + queue], "next": [run(moment, zone)]}
    return job("at", path, user, when, command, command, **more)
