"""One stage for one host or many: one after the other, and a host that fails stops no other."""

from __future__ import annotations

import argparse
import logging
import shlex
import time
from dataclasses import replace
from typing import Any

from rich.console import Console

from migrator import stages
from migrator.cli import hosts, moving, reports, show
from migrator.cli.hosts import Host
from migrator.cli.workers import each
from migrator.errors import MigratorError, UsageError
from migrator.inventory import Inventory
from migrator.progress import Progress, Silent
from migrator.report.progress import shown
from migrator.stages import Context, Outcome
from migrator.workdir import Workdir

log = logging.getLogger("migrator.run")


def stage(options: argparse.Namespace, messages: Console) -> int:
    """The exit status: the first failure's."""
    if options.stage == "assess":
        from migrator import rulebook  # with all rules: other stages need not wait for them
        from migrator.cli import interactive

        interactive.settle(options)
        if options.interactive:
            interactive.need_terminal()
        rulebook.beside(options.rules)  # what cannot be read is said once
    facts = getattr(options, "facts", ())
    if bool(facts) == bool(options.hosts):
        raise UsageError("name hosts, or saved facts with --facts", "see 'migrator assess --help'")
    inventory = _inventory(options)
    if options.stage == "launch" and (options.explain or options.drop_test):
        from migrator.cli import explain

        return explain.run(options, inventory)
    found = hosts.of_files(facts) if facts else hosts.chosen(options, inventory)
    if getattr(options, "interactive", False):
        return interactive.run(
            options,
            messages,
            found,
            lambda host: _context(options, inventory, host, Silent()),
            lambda host: _run(options, messages, inventory, host)[1],
        )
    if len(found) == 1 and (facts or found[0].name == options.hosts[0]):
        return _alone(options, messages, inventory, found[0])
    return _all(options, messages, inventory, found)


def _inventory(options: argparse.Namespace) -> Inventory:
    """Saved facts, and disks, need none."""
    vaults = tuple(options.vault_password_file)
    try:
        return Inventory(tuple(options.inventory or ()), vaults)
    except UsageError:
        if options.inventory or not (options.root or getattr(options, "facts", ())):
            raise
        return Inventory(("localhost,",), vaults)


def _alone(options: argparse.Namespace, messages: Console, inventory: Inventory, host: Host) -> int:
    with reports.begun(options, 1) as report:
        context, outcome = _run(options, messages, inventory, host)
        if report:
            reports.alone(options, report, outcome, messages)
        else:
            show.one(options, context, outcome)
    if outcome.failure:
        raise outcome.failure
    if outcome.next:
        messages.print(f"next: {outcome.next}", markup=False, highlight=False)
    return 0


def _all(
    options: argparse.Namespace, messages: Console, inventory: Inventory, found: list[Host]
) -> int:
    from migrator.cli.fleet import Many

    with reports.begun(options, len(found)) as report:
        many = Many(options, report, messages)

        def work(host: Host) -> Outcome:
            moving.refuse_after_failures(options, len(many.failures))
            return _run(options, messages, inventory, host)[1]

        outcomes = each(work, found, parallel=options.stage == "assess")
        for host, outcome in zip(found, outcomes, strict=True):
            if isinstance(outcome, MigratorError):
                many.failed(host.name, outcome)
                show.complain(outcome, host.name)
                continue
            many.add(host.name, outcome)
            if outcome.failure:
                show.complain(outcome.failure, host.name)
            elif not options.json and not report:
                show.line(options, outcome)
        many.finish()
    messages.print(f"next: {_next(options, many.failures)}", markup=False, highlight=False)
    return many.failures[0].exit_code if many.failures else 0


def _next(options: argparse.Namespace, failures: list[MigratorError]) -> str:
    if failures:
        return f"mend what failed ({len(failures)} hosts), then run the same command again"
    if not options.hosts:
        return f"see {options.work}/fleet.json, and assessment.json in the directory of each host"
    order = [*stages.STAGES, ""]
    if options.stage in ("cutover", "rollback"):
        return "nothing; migrator rollback takes a host back"
    following = order[order.index(options.stage) + 1]
    done = f"see {options.work}/*/verify.json; send the users of each host to its container"
    return f"migrator {following} {shlex.join(options.hosts)}".rstrip() if following else done


def _run(
    options: argparse.Namespace, messages: Console, inventory: Inventory, host: Host
) -> tuple[Context, Outcome]:
    given = hosts.variables(inventory, host)
    with shown(messages) as progress:
        context = _context(options, inventory, host, progress)
        context = replace(context, tell=lambda line: show.told(messages, line))
        names = ["discover", "assess"] if options.root else [options.stage]
        for name in names if options.stage == "assess" else [options.stage]:
            kind = stages.STAGES[name]
            with hosts.reached(options, inventory, host, given, kind) as machine:
                outcome = _timed(kind, context, machine)
    return context, outcome


def _timed(kind: stages.Stage, context: Context, machine: Any) -> Outcome:
    log.info("%s: %s begins", context.host, kind.name)
    begun = time.monotonic()
    outcome: Outcome = kind.run(context, machine)
    how = "changed" if outcome.changed else "nothing to do"
    taken = time.monotonic() - begun
    log.info("%s: %s ended after %.1f s, %s", context.host, kind.name, taken, how)
    return outcome


def _context(
    options: argparse.Namespace, inventory: Inventory, host: Host, progress: Progress
) -> Context:
    given = hosts.variables(inventory, host)
    return Context(
        work=Workdir(options.work, host.name),
        check=options.check,
        refresh=options.refresh,
        progress=progress,
        choices=given.get("migrator_choices", {}),
        root=options.root or given.get("migrator_root", "/"),
        saved=host.facts,
        target=str(options.target or given.get("migrator_target", "")),
        rules=getattr(options, "rules", "") or given.get("migrator_rules", ""),
        passwords=inventory.passwords,
        inventory=tuple(options.inventory or ()),
        address=inventory.address,
        fail_on=getattr(options, "fail_on", ""),
        kubernetes=getattr(options, "kubernetes", False),
        move=moving.read(options),
    )
