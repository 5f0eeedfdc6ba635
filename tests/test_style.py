"""Lint, types and the house rules: a finding is a failed test."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
# What is only for mypy, and what stands behind a test for it, does not count.
OLD = ("-q", "--backport", "typing")
OLDEST = ("agent", "control", "boot.py")
LONGEST_FILE = 220
LONGEST_FUNCTION = 60
BANNED_NAMES = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository: those of git, and new ones that it does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True)
    return [TOP / name for name in sorted(done.stdout.splitlines()) if (TOP / name).exists()]


SOURCES = [path for path in tracked("*.py") if "recipes" not in path.parts]


def clean(*command: object, **environment: str) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=TOP, capture_output=True, text=True, env={**os.environ, **environment}
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"


def test_ruff() -> None:
    clean(BIN / "ruff", "check", ".")


def test_ruff_format() -> None:
    clean(BIN / "ruff", "format", "--check", ".")


def test_types() -> None:
    clean(BIN / "mypy")


def test_what_sources_run_fits_old_pythons() -> None:
    clean(BIN / "vermin", *OLD, "-t=2.7-", "-t=3.4-", *(f"migrator/{name}" for name in OLDEST))


def test_runtime_runs_on_old_pythons() -> None:
    clean(BIN / "vermin", *OLD, "-t=3.6-", "migrator/runtime")


def test_yaml() -> None:
    clean(BIN / "yamllint", "--strict", ".")


def test_shell() -> None:
    ours = [path for path in tracked("*.sh") if "tree" not in path.parts]  # not a golden host's
    scripts = [TOP / "run", TOP / ".ci/run", TOP / ".ci/release", *ours]
    shellcheck = shutil.which("shellcheck")
    assert shellcheck, "install shellcheck"
    clean(shellcheck, *scripts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(TOP)))
def test_files_are_short_and_finished(path: Path) -> None:
    text = path.read_text()
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) <= LONGEST_FILE, f"{len(lines)} lines: what are its two subjects?"
    assert path.name not in BANNED_NAMES
    assert not UNFINISHED.search(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"
