"""How every verb looks: one line of summary, the hosts it is about, examples below its options."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from migrator.errors import MigratorError
from migrator.inventory import Inventory


def verb(verbs: Any, name: str, summary: str, epilog: str = "") -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return made


def about_hosts(made: argparse.ArgumentParser, many: str | int, words: str | None = None) -> None:
    """Names of the inventory, which a shell completes."""
    named = made.add_argument("hosts", nargs=many, metavar="HOST", help=words)
    named.completer = _names  # type: ignore[attr-defined]  # argcomplete looks for it


def from_inventory(made: argparse.ArgumentParser) -> None:
    made.add_argument("-i", "--inventory", action="append", help="default: as in ansible.cfg")


def in_work(made: argparse.ArgumentParser) -> None:
    made.add_argument("--work", type=Path, default=Path("work"), help="default: ./work")


def _names(parsed_args: argparse.Namespace, **_: Any) -> list[str]:
    """None where the inventory cannot be read: a shell shows no errors."""
    try:
        return Inventory(tuple(parsed_args.inventory or ())).hosts(["all"])
    except MigratorError:
        return []
