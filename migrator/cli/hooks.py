"""``migrator hooks``: show a host's steps in their order, and try them on a target."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from migrator import facts, hooks, rehearsal
from migrator.carrier import Carrier
from migrator.cli import hosts, show
from migrator.cli.verb import about_hosts, from_inventory, in_work, verb
from migrator.errors import RemoteFailed
from migrator.facts import Facts
from migrator.inventory import Inventory
from migrator.plan import Plan
from migrator.plan import file as plan_file
from migrator.transport import connect
from migrator.workdir import Workdir, read_json

SUMMARY = "show the prestart and poststop steps of a host, or try them on its target"
EPILOG = """\
examples:
  migrator hooks show web01               which steps run, in what order, where, and why
  migrator hooks test web01 --check       and the scripts as they would be installed
  migrator hooks test web01               run them on its target, around a scratch container
"""


def add(verbs: Any) -> None:
    made = verb(verbs, "hooks", SUMMARY, EPILOG)
    made.add_argument("what", choices=("show", "test"))
    about_hosts(made, "+", "a host, group or pattern")
    from_inventory(made)
    in_work(made)
    made.add_argument("--target", default="", help="default: the host's migrator_target")
    made.add_argument("--check", action="store_true", help="run nothing, print the scripts")
    made.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace, messages: Console) -> int:
    inventory = Inventory(tuple(options.inventory or ()))
    failed = 0
    for name in hosts.matching(inventory, options.hosts):
        work = Workdir(options.work, name)
        plan = plan_file.load(work.plan, name)
        if options.what == "show":
            _show(options, plan)
            continue
        found = facts.load(read_json(work.facts, "discover"))
        if options.check:
            _print_scripts(rehearsal.render(work, plan, found))
        else:
            failed += _test(options, inventory, work, plan, found)
    if failed:
        raise RemoteFailed(f"{failed} steps failed", "mend them or the plan, then test again")
    return 0


def _show(options: argparse.Namespace, plan: Plan) -> None:
    found = list(hooks.steps(plan))
    if options.json:
        print(json.dumps([asdict(step) for step in found], indent=1))
        return
    table = Table(box=None, title=plan.host, title_justify="left")
    for column in ("STEP", "WHERE", "SECONDS", "RETRIES", "FAILURE", "WHAT"):
        table.add_column(column, no_wrap=column != "WHAT")
    for step in found:
        hook = step.options
        shown = " ".join(filter(None, (hook.script, hook.reason)))
        limits = (str(hook.timeout), str(hook.retries), hook.on_failure)
        table.add_row(*map(Text, (step.path, hook.where, *limits, shown)))
    show.page(Console(), table)


def _print_scripts(rendered: hooks.Rendered) -> None:
    for path, script in rendered.items():
        print(f"==> {path} <==\n{script.rstrip()}\n")


def _test(
    options: argparse.Namespace, inventory: Inventory, work: Workdir, plan: Plan, found: Facts
) -> int:
    """How many steps failed."""
    place = hosts.target_of(options, work.host, inventory.variables(work.host))
    with connect(inventory.address(place)) as connection:
        tried, said = rehearsal.rehearse(Carrier(connection), work, plan, found)
    if options.json:
        print(json.dumps({"steps": [asdict(step) for step in tried], "said": said}, indent=1))
    else:
        table = Table(box=None, title=f"{work.host} on {place}", title_justify="left")
        for column in ("STEP", "SECONDS", "RESULT"):
            table.add_column(column)
        for step in tried:
            path = f"{step.hook}.d/{step.step}"
            table.add_row(*map(Text, (path, f"{step.seconds:.1f}", step.problem or "done")))
        show.page(Console(), table)
        for line in said:
            print(f"  {line}")
    return sum(bool(step.problem) for step in tried)
