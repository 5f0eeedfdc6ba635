"""discover: the agent reads the source; facts.json is what it said."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from migrator import bundle
from migrator.carrier import Caller
from migrator.stages.context import Context, Outcome
from migrator.workdir import need_space, write_json

if TYPE_CHECKING:
    from migrator.facts import Facts

ROOM = 16 << 20  # bytes that facts, plan and reports take at most


def run(context: Context, source: Caller) -> Outcome:
    if context.work.facts.exists() and not context.refresh:
        found = context.facts()
        taken = datetime.fromtimestamp(found.taken_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
        return _outcome(context, found, False, f"kept the facts of {taken}")
    if context.check:
        return Outcome(True, f"would read {context.host} and write {context.work.facts}")
    need_space(context.work.path, ROOM)
    asked = {"root": context.root, "agent": bundle.digest("agent")}
    Thread(target=import_module, args=("migrator.facts",)).start()  # 0.1 s, while the agent works
    document = source.call("agent", "facts", asked)
    from migrator import facts

    found = facts.load(document)
    with context.work.lock("discover"):
        write_json(context.work.facts, document)
    return _outcome(context, found, True, f"read {context.host}")


def _outcome(context: Context, found: Facts, changed: bool, done: str) -> Outcome:
    parts = {
        "packages": found.packages.installed,
        "units": found.units,
        "jobs": found.cron.jobs,
        "listeners": found.network.listeners,
    }
    counts = ", ".join(f"{len(rows)} {name}" for name, rows in parts.items())
    return Outcome(
        changed,
        f"{done}: {found.system.os_name}, {counts}",
        next=f"migrator assess {context.host}",
        result={"facts": str(context.work.facts), "failures": len(found.failures)},
    )
