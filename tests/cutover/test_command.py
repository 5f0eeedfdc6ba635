"""The command line of sync, cutover and rollback, as far as it needs no host."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.cli import moving
from migrator.cli.parser import parser
from migrator.cutover.journal import Journal
from migrator.cutover.steps import STEPS
from migrator.errors import UsageError

TOP = Path(__file__).resolve().parents[2]


def test_the_help_names_the_steps_in_their_order() -> None:
    assert ", ".join(step.name for step in STEPS) == moving.STEPS
    table = (TOP / "docs/cutover.md").read_text()
    places = [table.index(f"\n| {step.name} |") for step in STEPS]
    assert places == sorted(places)


def test_no_other_host_is_begun_after_failures() -> None:
    options = parser().parse_args(["cutover", "a", "b", "--max-failures", "1"])
    moving.refuse_after_failures(options, 1)
    with pytest.raises(UsageError, match="2 hosts failed"):
        moving.refuse_after_failures(options, 2)
    moving.refuse_after_failures(argparse.Namespace(), 9)  # another verb


def run(work: Path, verb: str, *more: str) -> subprocess.CompletedProcess[str]:
    inventory = work.parent / "hosts.yml"
    inventory.write_text(json.dumps({"all": {"hosts": {"a": {"migrator_target": "b"}, "b": {}}}}))
    command = [sys.executable, "-m", "migrator.cli", verb, "a", "-i", str(inventory)]
    return subprocess.run(
        [*command, "--work", str(work), *more], cwd=TOP, capture_output=True, text=True
    )


@pytest.mark.parametrize("verb", ["sync", "cutover", "rollback"])
def test_a_check_reaches_no_host_before_there_is_a_plan(tmp_path: Path, verb: str) -> None:
    done = run(tmp_path / "work", verb, "--check")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "work").exists()


def test_a_host_that_moves_is_not_synced(tmp_path: Path) -> None:
    Journal(tmp_path / "work/a/cutover.jsonl").write("attempt")
    done = run(tmp_path / "work", "sync")
    assert done.returncode == 2 and "in the middle of a cutover" in done.stderr
