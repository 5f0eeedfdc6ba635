"""``migrator doctor``: what is missing on this controller and on hosts, and what mends it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from migrator import doctor
from migrator.carrier import Carrier
from migrator.cli import show
from migrator.cli.verb import about_hosts, from_inventory, in_work, verb
from migrator.doctor import Check
from migrator.errors import MigratorError, UsageError
from migrator.inventory import Inventory
from migrator.transport import connect

SUMMARY = "say what is missing here or on a host, and what mends it"
EPILOG = """\
examples:
  migrator doctor                         this controller and its inventory
  migrator doctor web01 box1              and these hosts: connection, root, Python, engine
  migrator doctor all                     and every host of the inventory

exit status: 0 all is there, else that of the first thing that is not, as 3 unreachable, 8 unfit
"""
MISSING = 2  # exit status for what is missing here
UNFIT = 8


def add(verbs: Any) -> None:
    made = verb(verbs, "doctor", SUMMARY, EPILOG)
    about_hosts(made, "*", "of the inventory, sources or targets")
    from_inventory(made)
    in_work(made)
    made.add_argument("--json", action="store_true", help="print the checks as JSON")


def run(options: argparse.Namespace, messages: Console) -> int:
    checks = list(doctor.controller(options.work))
    status = MISSING if any(_is_missing(check) for check in checks) else 0
    try:
        inventory = Inventory(tuple(options.inventory or ()))
    except UsageError as error:
        if options.hosts:
            raise
        checks.append(Check("inventory", error.message, error.hint, needed=False))
    else:
        checks += doctor.inventory(inventory)
        for found, failed in _hosts(options.hosts, inventory):
            checks += found
            status = status or failed
    _show(options, checks)
    wrong = sum(map(_is_missing, checks))
    words = (
        f"mend what is missing ({wrong}), then ask again" if status else "migrator discover HOST"
    )
    messages.print(f"next: {words}", markup=False, highlight=False)
    return status


def _hosts(words: list[str], inventory: Inventory) -> Iterator[tuple[list[Check], int]]:
    """The checks of each host, and the exit status that they stand for."""
    for word in words:
        if not inventory.matches(word):
            inventory.variables(word)  # raises: it is not there
    targets = inventory.hosts(["targets"]) if inventory.matches("targets") else []
    for name in inventory.hosts(words):
        examine = doctor.target if name in targets else doctor.source
        try:
            with connect(inventory.address(name)) as connection:
                checks = list(examine(Carrier(connection)))
        except MigratorError as error:
            yield [Check(name, error.message, error.hint)], error.exit_code
        else:
            yield checks, UNFIT if any(map(_is_missing, checks)) else 0


def _is_missing(check: Check) -> bool:
    return bool(check.fix) and check.needed


def _show(options: argparse.Namespace, checks: list[Check]) -> None:
    if options.json:
        print(json.dumps([asdict(check) for check in checks], indent=1))
        return
    table = Table(box=None, show_header=False, padding=(0, 1))
    for check in checks:
        mark, style = ("ok", "green") if not check.fix else ("advice", "yellow")
        if _is_missing(check):
            mark, style = "missing", "red"
        said = Text(check.found) if not check.fix else Text(f"{check.found}\n→ {check.fix}")
        table.add_row(Text(mark, style), Text(check.subject), said)
    show.page(Console(), table)
