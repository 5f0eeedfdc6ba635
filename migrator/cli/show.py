"""What is printed: results on stdout, the rest on stderr."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType

from migrator.cli.output import said
from migrator.errors import MigratorError
from migrator.report.plain import plain
from migrator.stages import Context, Outcome

if TYPE_CHECKING:  # pages load all rules, and most stages have none
    from migrator.assess.fleet import Fleet

PAGED = ("assess", "verify")  # stages with a page


def complain(error: MigratorError, host: str = "") -> None:
    """Also where nothing else is said. ``host``: one of several."""
    messages = Console(stderr=True, soft_wrap=True)
    who = f"{host}: " if host not in error.message else ""
    said.error("%s%s (%s)", who, error.message, error.hint)
    messages.print(f"migrator: {who}{error.message}", style="red", markup=False, highlight=False)
    if error.hint:
        messages.print(f"  {error.hint}", markup=False, highlight=False)


def told(messages: Console, line: str) -> None:
    """What a stage tells while it works."""
    messages.print(line, markup=False, highlight=False)


def one(options: argparse.Namespace, context: Context, outcome: Outcome) -> None:
    """JSON, or the stage's report and one sentence."""
    output = Console()
    if options.json:
        print_json(document(outcome))
        return
    if getattr(options, "diff", False) and options.stage == "build":
        from migrator.adapt.difference import unified

        print(*unified(outcome.diff), sep="\n")
    elif options.stage in PAGED:
        from migrator.report import pages

        made = pages.page(options.stage, context.work)
        if getattr(options, "diff", False):
            page(output, pages.difference.page(outcome.difference))
        elif made is not None and not options.check:
            page(output, made)
    output.print(outcome.message, markup=False, highlight=False, soft_wrap=True)


def line(options: argparse.Namespace, outcome: Outcome) -> None:
    """Of one host among several; of an assessment it is a row of the table at the end."""
    output = Console(soft_wrap=True)
    if options.stage != "assess":
        output.print(outcome.message, markup=False, highlight=False)
    if getattr(options, "diff", False) and outcome.difference and not outcome.difference.empty:
        from migrator.report import difference

        output.print(difference.page(outcome.difference))


def fleet(found: Fleet) -> None:
    from migrator.report import fleet

    page(Console(), fleet.page(found))


def page(output: Console, shown: RenderableType) -> None:
    """Into a pipe or a file without what only a terminal needs."""
    if output.is_terminal:
        output.print(shown)
    else:
        print(plain(shown, output.width), end="")


def document(outcome: Outcome) -> dict[str, object]:
    return {"changed": outcome.changed, "message": outcome.message, **outcome.result}


def print_json(found: object) -> None:
    print(json.dumps(found, indent=1, sort_keys=True))
