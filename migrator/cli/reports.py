"""The report that a command asks for with --format or --output, beside the terminal's own pages."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from migrator.errors import UsageError
from migrator.stages import Outcome

if TYPE_CHECKING:  # they load all rules, which only an assessment needs
    from migrator.assess.fleet import Fleet
    from migrator.report.making import Report

READ_WITH = {
    "html": "open it in a browser",
    "csv": "open it in a spreadsheet",
    "junit": "hand it to the pipeline as a test report",
    "sarif": "hand it to what shows code scanning",
}


@contextlib.contextmanager
def begun(options: argparse.Namespace, hosts: int) -> Iterator[Report | None]:
    """None where the terminal's pages are wanted."""
    form: str = getattr(options, "format", "")
    output: Path | None = getattr(options, "output", None)
    if not output and form in ("", "text"):
        yield None
        return
    if options.json or options.diff:
        other = "--json" if options.json else "--diff"
        raise UsageError(f"{other} does not go with --format and --output", "leave one of them out")
    from migrator.assess import Level
    from migrator.report.format import Request
    from migrator.report.making import Report, named

    levels = {level.word: int(level) for level in Level}
    fail_on = levels[options.fail_on] if options.fail_on else Level.BLOCKER
    form = form or (named(output) if output else "")
    with contextlib.closing(Report(form, Request(hosts, fail_on))) as report:
        yield report


def alone(options: argparse.Namespace, report: Report, outcome: Outcome, messages: Console) -> None:
    from migrator.assess.gathering import Gathering

    gathering = Gathering()
    if outcome.judged:
        report.add(outcome.judged)
        gathering.add(outcome.judged)
        finish(options, report, gathering.fleet(), messages)
    messages.print(outcome.message, markup=False, highlight=False)


def finish(options: argparse.Namespace, report: Report, fleet: Fleet, messages: Console) -> None:
    from migrator.report import words
    from migrator.report.making import named

    path = options.output
    if path is None:
        report.write(fleet, sys.stdout)
        sys.stdout.flush()
    elif options.check:
        messages.print(f"would write {path}", markup=False, highlight=False)
    else:
        report.replace(fleet, path)
        what = READ_WITH.get(options.format or named(path), "read it")
        size = words.size(path.stat().st_size)
        messages.print(f"wrote {path}, {size}: {what}", markup=False, highlight=False)
