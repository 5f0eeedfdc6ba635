"""Write the reference of the command line: ``python -m migrator.cli.document > docs/cli.md``."""

from __future__ import annotations

import argparse
import inspect
import os
from collections.abc import Iterator

from migrator import errors
from migrator.cli.parser import parser

HEAD = """\
# Command line

Written by `python -m migrator.cli.document`; change the verbs, not this file.
"""
WIDTH = "100"  # columns of the help texts


def document() -> str:
    os.environ["COLUMNS"] = WIDTH
    parts = [HEAD, _block(parser().format_help())]
    for verb in _verbs(parser()):
        parts += [f"## {verb.prog}\n", _block(verb.format_help())]
    return "\n".join([*parts, *_statuses()]) + "\n"


def _verbs(made: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """In the order of the help, those with verbs of their own before these."""
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                yield verb
                yield from _verbs(verb)


def _block(text: str) -> str:
    return f"```\n{text.rstrip()}\n```\n"


def _statuses() -> Iterator[str]:
    yield "## Exit status\n"
    yield "| status | when |\n|---|---|\n| 0 | done |"
    for kind in errors.MigratorError.__subclasses__():
        yield f"| {kind.exit_code} | {inspect.cleandoc(kind.__doc__ or '')} |"
    yield "| 130 | stopped by the keyboard; the same command goes on |"


if __name__ == "__main__":
    print(document(), end="")
