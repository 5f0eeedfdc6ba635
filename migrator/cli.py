"""The command line: one verb per stage, on the hosts of an Ansible inventory."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from migrator import __version__, limits, report, stages
from migrator.carrier import Carrier
from migrator.errors import MigratorError, UsageError
from migrator.inventory import Inventory
from migrator.limits import Limits
from migrator.login import Address
from migrator.progress import shown
from migrator.store import command
from migrator.transport import connect
from migrator.workdir import Workdir

EPILOG = """\
examples:
  migrator discover web01                 read web01 into work/web01/facts.json
  migrator assess web01                   can it move, and what stands in the way
  migrator discover old --root /mnt/old   the same of a disk that is mounted here
  migrator launch web01 --target box1     start it on box1, a host of the same inventory
  ansible-playbook migrate.yml            all stages, for every host of the group sources
"""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    messages = Console(stderr=True, soft_wrap=True)
    try:
        if options.stage == "store":
            command.run(options)
            return 0
        return _run(options, messages)
    except MigratorError as error:
        messages.print(f"migrator: {error.message}", style="red", markup=False, highlight=False)
        if error.hint:
            messages.print(f"  {error.hint}", markup=False, highlight=False)
        return error.exit_code
    except KeyboardInterrupt:
        messages.print("migrator: stopped; run the same command again to go on", markup=False)
        return 130


def _run(options: argparse.Namespace, messages: Console) -> int:
    stage = stages.STAGES[options.stage]
    inventory = Inventory(tuple(options.inventory or ()))
    work = Workdir(options.work, options.host)
    variables = _variables(inventory, options, work)
    with shown(messages) as progress:
        context = stages.Context(
            work=work,
            check=options.check,
            refresh=options.refresh,
            progress=progress,
            choices=variables.get("migrator_choices", {}),
            root=options.root or variables.get("migrator_root", "/"),
        )
        place = _place(options, stage, variables.get("migrator_target", ""))
        here = bool(options.root) and stage.where == "source"
        bounds = _limits(options, variables) if stage.where == "source" else Limits()
        with _reached(inventory, place, here, bounds) as host:
            outcome = stage.run(context, host)
    _show(options, context, outcome)
    if outcome.failure:
        raise outcome.failure
    if outcome.next:
        messages.print(f"next: {outcome.next}", markup=False, highlight=False)
    return 0


def _variables(inventory: Inventory, options: argparse.Namespace, work: Workdir) -> dict[str, Any]:
    """Of the inventory; none for a disk, and for a host that was read before and left it."""
    try:
        return inventory.variables(options.host)
    except UsageError:
        if options.root or work.facts.exists():
            return {}
        raise


def _place(options: argparse.Namespace, stage: stages.Stage, target: str) -> str:
    """The inventory name of the host that the stage works on, "" for none."""
    if stage.where == "controller":
        return ""
    if stage.where == "source":
        return str(options.host)
    chosen = options.target or target
    if not chosen:
        raise UsageError(
            f"no target is known for {options.host}",
            "name one with --target, or set migrator_target in the inventory",
        )
    return str(chosen)


@contextlib.contextmanager
def _reached(
    inventory: Inventory, host: str, here: bool, bounds: Limits
) -> Iterator[Carrier | None]:
    """``here``: its files are on this machine."""
    if not host:
        yield None
        return
    with connect(Address(host, "local") if here else inventory.address(host)) as connection:
        yield Carrier(connection, limits=bounds)


def _limits(options: argparse.Namespace, variables: dict[str, Any]) -> Limits:
    """Of the inventory's migrator_limits, and what the command line says instead."""
    given = dict(variables.get("migrator_limits", {}))
    if options.bandwidth:
        given["bandwidth"] = options.bandwidth
    if options.gentle:
        given |= {"nice": limits.GENTLEST, "idle_io": True}
    return limits.read(given)


def _show(options: argparse.Namespace, context: stages.Context, outcome: stages.Outcome) -> None:
    """The result on stdout: JSON, the stage's report, or one sentence."""
    output = Console()
    if options.json:
        document = {"changed": outcome.changed, "message": outcome.message, **outcome.result}
        print(json.dumps(document, indent=1, sort_keys=True))
        return
    page = report.page(options.stage, context.work)
    if page is not None and not options.check:
        output.print(page)
    output.print(outcome.message, markup=False, highlight=False, soft_wrap=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="migrator",
        description="Move a legacy Linux host into a rich container.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"migrator {__version__}")
    verbs = parser.add_subparsers(dest="stage", required=True, metavar="STAGE")
    for name, stage in stages.STAGES.items():
        verb = verbs.add_parser(name, help=stage.summary, description=stage.summary)
        verb.add_argument("host", help="a host of the inventory")
        verb.add_argument("-i", "--inventory", action="append", help="default: as in ansible.cfg")
        verb.add_argument("--work", type=Path, default=Path("work"), help="default: ./work")
        verb.add_argument("--check", action="store_true", help="change nothing, say what would be")
        verb.add_argument("--refresh", action="store_true", help="do it anew, keep no old result")
        verb.add_argument("--json", action="store_true", help="print the result as JSON")
        root_help = "the host's disk is mounted at DIR on this machine; nothing of it runs"
        disk = stage.where == "source"
        verb.add_argument(
            "--root", metavar="DIR", default="", help=root_help if disk else argparse.SUPPRESS
        )
        if disk:
            rate_help = "read at most so many bytes a second: 500K, 10M"
            verb.add_argument("--bandwidth", metavar="RATE", default="", help=rate_help)
            verb.add_argument("--gentle", action="store_true", help="let all others on it go first")
        target_help = "default: the host's migrator_target" if stage.where == "target" else None
        verb.add_argument("--target", default="", help=target_help or argparse.SUPPRESS)
    command.add(verbs)
    return parser


if __name__ == "__main__":
    sys.exit(main())
