"""A disk that is mounted here goes through the stages as a running host does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrator import ledger
from migrator.errors import UsageError
from tests import corpus

TOP = Path(__file__).resolve().parents[1]


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    if os.geteuid():
        pytest.fail("this test makes devices and other people's files: run it as root")
    root = tmp_path / "disk"
    root.mkdir()
    corpus.make(root)
    (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n')
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "sbin").mkdir()
    (root / "lib/systemd").mkdir(parents=True)
    (root / "lib/systemd/systemd").touch(mode=0o755)
    (root / "sbin/init").symlink_to("/lib/systemd/systemd")
    return root


def migrator(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text("all: {hosts: {other: {ansible_connection: local}}}\n")
    stage, *more = words
    given = ["old", "-i", str(inventory), "--work", str(tmp_path / "work")]
    command = [sys.executable, "-m", "migrator.cli", stage, *given, *more]
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True)


def test_a_disk_is_taken(disk: Path, tmp_path: Path) -> None:
    mounted = ("--root", str(disk))
    for words in (("discover", *mounted), ("assess",), ("plan",), ("snapshot", *mounted)):
        done = migrator(tmp_path, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    rows = {row["path"]: row["fate"] for row in ledger.rows(tmp_path / "work/old/ledger.jsonl.gz")}
    found = [path for path in disk.rglob("*") if not path.name.startswith("\udcff")]
    assert {f"/{path.relative_to(disk)}" for path in found} <= rows.keys()
    assert rows["/etc/config"].startswith("layer")
    probes = json.loads((tmp_path / "work/old/probes.json").read_text())
    assert probes == {"http": {}, "commands": {}, "log": {}}, (
        "this machine is not asked in its place"
    )


def test_a_snapshot_of_another_root_than_the_facts_is_refused(disk: Path, tmp_path: Path) -> None:
    for words in (("discover", "--root", str(disk)), ("assess",), ("plan",)):
        assert migrator(tmp_path, *words).returncode == 0
    done = migrator(tmp_path, "snapshot", "--root", "/")
    assert done.returncode == UsageError.exit_code
    assert f"give --root {disk}" in done.stderr
