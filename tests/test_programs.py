"""Programs are brought along with what loads them, and only where they fit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from migrator import programs
from migrator.elf import program
from migrator.errors import UsageError

MACHINE = os.uname().machine


def test_a_program_says_what_loads_it() -> None:
    found = program(Path(sys.executable).resolve().read_bytes())
    assert found is not None
    assert found.machine == MACHINE
    assert Path(found.interpreter).exists() and "libc.so.6" in found.needed


@pytest.mark.parametrize(
    "data", [b"", b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\x02\x01" + b"\xff" * 80]
)
def test_what_is_no_program_is_none(data: bytes) -> None:
    assert program(data) is None


def test_what_is_carried_runs_without_the_libraries_of_where_it_comes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``true`` stands for each of them; its loader and C library are found beside it."""
    for name in programs.NAMES:
        shutil.copy("/bin/true", tmp_path / name)
    monkeypatch.setenv("PATH", str(tmp_path))
    made = programs.changes(MACHINE)
    for change in made:
        path = tmp_path / "root" / change.path.removeprefix(programs.PLACE + "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = change.content.replace(programs.PLACE.encode(), str(tmp_path / "root").encode())
        path.write_bytes(text if text.startswith(b"#!") else change.content)
        path.chmod(change.mode)
    started = str(tmp_path / "root/bin/sv")
    traced = subprocess.run([started, "--version"], capture_output=True, text=True)
    assert traced.returncode == 0, traced.stderr
    assert str(tmp_path / "root/lib/ld.so") in Path(started).read_text()


def test_a_program_that_is_missing_or_of_another_machine_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="dumb-init is not installed here"):
        programs.changes(MACHINE)
    for name in programs.NAMES:
        shutil.copy("/bin/true", tmp_path / name)
    with pytest.raises(UsageError, match="is no program for sparc64"):
        programs.changes("sparc64")
