"""The command line: one verb per stage on the hosts of an inventory, and what helps beside them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import argcomplete

from migrator.cli import output, run
from migrator.cli.output import Messages
from migrator.cli.parser import others, parser
from migrator.cli.show import complain
from migrator.errors import MigratorError
from migrator.stages import STAGES


def main(arguments: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    stage = words[0] if words and words[0] in STAGES else ""
    known = parser(stage)
    argcomplete.autocomplete(known)  # ends here when a shell asks, which gives no words
    options = known.parse_args(words)
    try:
        with output.begun(options, words) as messages:
            return _do(options, messages)
    except MigratorError as error:  # the log file is none
        complain(error)
        return error.exit_code


def _do(options: argparse.Namespace, messages: Messages) -> int:
    try:
        if options.stage not in STAGES:
            return others()[options.stage].run(options, messages)
        return run.stage(options, messages)
    except MigratorError as error:
        complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        messages.print("migrator: stopped; run the same command again to go on", markup=False)
        return 130
    except BrokenPipeError:  # whoever reads our output has enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
