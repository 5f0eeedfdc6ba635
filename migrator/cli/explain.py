"""``migrator launch --explain`` and ``--drop-test``: what a container is given, and why."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from migrator import dropping, facts
from migrator.carrier import Carrier
from migrator.cli import hosts, show
from migrator.dropping import Dropped
from migrator.inventory import Inventory
from migrator.plan import Plan
from migrator.plan import file as plan_file
from migrator.plan.granted import EVERY, Granted, granted
from migrator.transport import connect
from migrator.workdir import Workdir, read_json

FEW = 2
UNTRIED = "not tried: every container has it"
WITH_IT = "goes with its capability"


def run(options: argparse.Namespace, inventory: Inventory) -> int:
    answer = []
    for name in hosts.matching(inventory, options.hosts):
        work = Workdir(options.work, name)
        plan = plan_file.load(work.plan, name)
        found = facts.load(read_json(work.facts, "discover"))
        grants = granted(found, plan)
        tried = _tried(options, inventory, work, plan, grants) if options.drop_test else None
        rows = [_row(grant, tried) for grant in grants]
        answer.append({"host": name, "granted": rows})
        if not options.json:
            _show(name, rows, tried is not None)
    if options.json:
        print(json.dumps(answer, indent=1))
    return 0


def _tried(
    options: argparse.Namespace,
    inventory: Inventory,
    work: Workdir,
    plan: Plan,
    grants: list[Granted],
) -> dict[str, Dropped]:
    place = hosts.target_of(options, work.host, inventory.variables(work.host))
    with connect(inventory.address(place)) as connection, work.lock("launch"):
        return dropping.drop_test(Carrier(connection), work, plan, inventory.passwords, grants)


def _row(grant: Granted, tried: dict[str, Dropped] | None) -> dict[str, Any]:
    row = asdict(grant)
    if tried is None:
        return row
    done = tried.get(grant.name)
    if done is None:
        return {**row, "result": WITH_IT if grant.kind == "seccomp" else UNTRIED, "seen": []}
    return {
        **row,
        "result": "needed" if done.needed else "not shown to be needed",
        "seen": done.seen,
    }


def _short(row: dict[str, Any]) -> str:
    """All of what the plan gives, a little of what every container has."""
    evidence, few = row["evidence"], FEW if row["by"] == EVERY else len(row["evidence"])
    rest = len(evidence) - few
    more = [f"and {rest} more in --json"] if rest > 0 else []
    return "; ".join([*evidence[:few], *more]) or "nothing seen"


def _show(name: str, rows: list[dict[str, Any]], tried: bool) -> None:
    table = Table(box=None, title=name, title_justify="left")
    for column in ("KIND", "NAME", "GIVEN BY", "NEEDED BY", *(("RESULT", "SEEN") if tried else ())):
        table.add_column(column, overflow="fold")
    for row in rows:
        cells = [row["kind"], row["name"], row["by"], _short(row)]
        cells += [row["result"], "; ".join(row["seen"])] if tried else []
        table.add_row(*map(Text, cells))
    show.page(Console(), table)
