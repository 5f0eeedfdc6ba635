"""The command line: one verb per stage on the hosts of an inventory, and what helps beside them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import argcomplete
from rich.console import Console

from migrator.cli import run
from migrator.cli.parser import others, parser
from migrator.cli.show import complain
from migrator.errors import MigratorError
from migrator.stages import STAGES


def main(arguments: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    stage = words[0] if words and words[0] in STAGES else ""
    known = parser(stage)
    argcomplete.autocomplete(known)  # ends here when a shell asks, which gives no words
    options = known.parse_args(arguments)
    messages = Console(stderr=True, soft_wrap=True)
    try:
        if not stage:
            return others()[options.stage].run(options, messages)
        return run.stage(options, messages)
    except MigratorError as error:
        complain(messages, error)
        return error.exit_code
    except KeyboardInterrupt:
        messages.print("migrator: stopped; run the same command again to go on", markup=False)
        return 130
    except BrokenPipeError:  # whoever reads our output has enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
