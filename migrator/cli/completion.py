"""``migrator completion``: what makes a shell complete verbs, options and hosts."""

from __future__ import annotations

import argparse
from typing import Any

from argcomplete.shell_integration import shellcode
from rich.console import Console

from migrator.cli.verb import verb

SUMMARY = "print what makes your shell complete migrator's words"
EPILOG = """\
examples:
  migrator completion bash > /etc/bash_completion.d/migrator
  migrator completion zsh > ~/.zfunc/_migrator
  migrator completion fish > ~/.config/fish/completions/migrator.fish
"""
SHELLS = ("bash", "zsh", "fish")


def add(verbs: Any) -> None:
    made = verb(verbs, "completion", SUMMARY, EPILOG)
    made.add_argument("shell", choices=SHELLS)


def run(options: argparse.Namespace, messages: Console) -> int:
    print(shellcode(["migrator"], shell=options.shell))
    words = "put it where your shell looks for completions, see 'migrator completion --help'"
    messages.print(f"next: {words}", markup=False, highlight=False)
    return 0
