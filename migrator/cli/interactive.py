"""``assess --interactive``: assess what is not yet assessed, then show it all on the terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from migrator.assess import Assessment
from migrator.cli import show
from migrator.cli.hosts import Host
from migrator.errors import MigratorError, UsageError
from migrator.stages import Context, Outcome
from migrator.stages.assess import judge
from migrator.workdir import Workdir, read_json

INVENTORIES = (".yml", ".yaml", ".ini")


def settle(options: argparse.Namespace) -> None:
    """``-i WORD`` names an inventory if WORD looks like one, and else it is ``-i`` and a host."""
    for word in options.inventory or ():
        if word is None or not _is_inventory(word):
            options.interactive = True
            options.hosts = [word, *options.hosts] if word else options.hosts
    found = [word for word in options.inventory or () if word and _is_inventory(word)]
    options.inventory = found or None


def _is_inventory(word: str) -> bool:
    return "," in word or word.endswith(INVENTORIES) or Path(word).exists()


def run(
    options: argparse.Namespace,
    messages: Console,
    found: Sequence[Host],
    context: Callable[[Host], Context],
    assess: Callable[[Host], Outcome],
) -> int:
    if options.check:
        raise UsageError("--interactive does not go with --check", "leave one of them out")
    from migrator.screen.app import Report  # other commands need not wait for it
    from migrator.screen.desk import Desk
    from migrator.screen.fleet import Hosts, Opened

    opened = []
    for host in found:
        try:
            opened.append(Opened(host.name, _assessment(options, host, assess)))
        except MigratorError as error:
            show.complain(error, host.name)
            opened.append(Opened(host.name, None, str(error)))
    by_name = {host.name: host for host in found}
    Report(Hosts(opened, lambda name: Desk(context(by_name[name]), judge))).run()
    return 0


def need_terminal() -> None:
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(
            "the interactive report needs a terminal",
            "leave out -i, or write a report with --output",
        )


def _assessment(
    options: argparse.Namespace, host: Host, assess: Callable[[Host], Outcome]
) -> Assessment:
    path = Workdir(options.work, host.name).assessment
    if not (options.refresh or host.facts or options.root) and path.exists():
        return Assessment.from_json(read_json(path, f"assess {host.name}"))
    judged = assess(host).judged
    if judged is None:
        raise UsageError(f"{host.name} is not assessed", f"run 'migrator assess {host.name}'")
    return judged
