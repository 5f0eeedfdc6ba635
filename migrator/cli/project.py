"""``migrator init``: a directory to work in, with an inventory to fill in and the playbook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from migrator.cli.verb import verb
from migrator.errors import UsageError
from migrator.hooks.templates import TEMPLATES

SUMMARY = "make a project: inventory, choices, playbook"
EPILOG = """\
examples:
  migrator init ~/migration               then fill in its inventory/hosts.yml
"""
CONTENT = TEMPLATES / "project"
HIDDEN = {"gitignore": ".gitignore"}  # it must not hide files of the toolkit itself


def add(verbs: Any) -> None:
    made = verb(verbs, "init", SUMMARY, EPILOG)
    made.add_argument("directory", type=Path, metavar="DIR", help="made if it does not exist")


def run(options: argparse.Namespace, messages: Console) -> int:
    """Raises UsageError, and writes nothing, where a file of the project exists already."""
    files = {
        options.directory / HIDDEN.get(path.name, path.relative_to(CONTENT)): path.read_text()
        for path in sorted(CONTENT.rglob("*"))
        if path.is_file()
    }
    if there := [str(path) for path in files if path.exists()]:
        raise UsageError(f"{there[0]} exists already", "name another directory, or move it away")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(path)
    hosts = options.directory / "inventory/hosts.yml"
    words = f"write your hosts into {hosts}, then: cd {options.directory} && migrator doctor all"
    messages.print(f"next: {words}", markup=False, highlight=False)
    return 0
