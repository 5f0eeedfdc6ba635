"""A job as the document has it."""

from __future__ import absolute_import, division, print_function

from migrator.agent.cron.zone import Zone
from migrator.agent.redact import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Job = dict[str, Any]


def job(kind, where, user, schedule, command, raw, **more):
    # type: (str, str, str, str, str, str, Any) -> Job
    """``more``: fields of migrator.facts.cron.Job that are not empty."""
    found = {
        "kind": kind,
        "where": where,
        "user": user,
        "schedule": schedule,
        "command": redacted(command),
        "raw": redacted(raw),
        "stdin": redacted(more.pop("stdin", "")),
        "options": [],
        "settings": {},
        "by": "",
        "last": "",
        "due": "",
        "next": [],
    }  # type: Job
    found.update(more)
    return found


def run(moment, zone):
    # type: (int, Zone) -> dict[str, Any]
    return {"at": moment, "local": zone.written(moment)}
