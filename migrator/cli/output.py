"""How much is said beside results, and what is written down: the same switches for each verb."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from migrator import __version__
from migrator.errors import UsageError

LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)  # for no -v, one, two
FORMAT = "%(asctime)s.%(msecs)03d %(levelname)s %(message)s"

log = logging.getLogger("migrator")
said = logging.getLogger("migrator.said")  # what was shown already


def add(verb: argparse.ArgumentParser) -> None:
    group = verb.add_argument_group("output")
    quiet = "results and errors alone: no progress, no next step"
    group.add_argument("-q", "--quiet", action="store_true", help=quiet)
    more = "say on stderr what is done on which host, and how long it takes; -vv says more"
    group.add_argument("-v", "--verbose", action="count", default=0, help=more)
    file = "append all of it to FILE, with times, whatever the terminal shows"
    group.add_argument("--log-file", type=Path, metavar="FILE", help=file)


def leaves(made: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The verbs that do something, in the order of the help."""
    choices = [a.choices for a in made._actions if isinstance(a, argparse._SubParsersAction)]
    if not choices:
        yield made
    for verb in (verb for verbs in choices for verb in verbs.values()):
        yield from leaves(verb)


class Messages(Console):
    """For people, on stderr; written down as well."""

    def print(self, *objects: Any, **how: Any) -> None:
        said.info(" ".join(map(str, objects)))
        super().print(*objects, **how)


@contextlib.contextmanager
def begun(options: argparse.Namespace, words: Sequence[str]) -> Iterator[Messages]:
    """What the switches ask for. Raises UsageError when the file cannot be written."""
    messages = Messages(stderr=True, soft_wrap=True, quiet=options.quiet)
    handlers: list[logging.Handler] = []
    if options.verbose:
        handlers.append(_Shown(LEVELS[min(options.verbose, 2)]))
    if options.log_file:
        handlers.append(_written(options.log_file))
    log.setLevel(min((handler.level for handler in handlers), default=logging.CRITICAL))
    for handler in handlers:
        log.addHandler(handler)
    try:
        log.info("migrator %s: %s", __version__, shlex.join(words))
        yield messages
    finally:
        for handler in handlers:
            log.removeHandler(handler)
            handler.close()


class _Shown(logging.Handler):
    """On stderr, between the lines that are shown anyway."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.addFilter(lambda record: record.name != said.name)
        self._console = Console(stderr=True, soft_wrap=True)

    def emit(self, record: logging.LogRecord) -> None:
        self._console.print(record.getMessage(), style="dim", markup=False, highlight=False)


def _written(path: Path) -> logging.Handler:
    """Only for its owner: it names hosts, users and paths."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", "name another file with --log-file"
        ) from error
    handler.setLevel(logging.DEBUG)
    handler.setFormatter(logging.Formatter(FORMAT, "%Y-%m-%dT%H:%M:%S"))
    return handler
