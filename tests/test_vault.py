"""Secrets on the controller: encrypted by Ansible Vault, as its own tools read it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultSecret

from migrator import vault
from migrator.errors import UsageError
from migrator.workdir import Workdir, make_private

KEY = b"-----BEGIN PRIVATE KEY-----\nnobody may read this\n"
FOUND = {"/etc/key": {"uid": 0, "gid": 5, "mode": 0o640, "data": base64.b64encode(KEY).decode()}}
OURS = [("default", VaultSecret(b"swordfish"))]


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    made = Workdir(tmp_path / "work", "old")
    make_private(made.path)
    return made


def test_without_a_password_there_is_a_key(work: Workdir) -> None:
    (work.path / "secrets.json").write_text("of an earlier version")
    vault.write(work, FOUND, ())
    assert vault.read(work, ()) == FOUND
    before = work.secrets.read_text()
    vault.write(work, FOUND, ())
    assert work.secrets.read_text() == before, "what says the same stays: scans go by its bytes"
    again = Workdir(work.root, "another")
    vault.write(again, FOUND, ())
    assert vault.read(work, ()) == FOUND, "all hosts have one key"
    here = list(work.root.rglob("*"))
    assert {path.stat().st_mode & 0o077 for path in here} == {0}
    plain = b"".join(path.read_bytes() for path in here if path.is_file())
    assert b"nobody" not in plain
    assert FOUND["/etc/key"]["data"].encode() not in plain
    assert not (work.path / "secrets.json").exists()


def test_with_the_users_password_ansible_vault_opens_it(work: Workdir, tmp_path: Path) -> None:
    vault.write(work, FOUND, OURS)
    assert vault.read(work, OURS) == FOUND
    assert not work.vault_key.exists()
    password = tmp_path / "password"
    password.write_text("swordfish\n")
    program = Path(sys.executable).with_name("ansible-vault")
    shown = subprocess.run(
        [program, "view", f"--vault-password-file={password}", work.secrets],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(shown.stdout) == FOUND


def test_a_wrong_password_is_said(work: Workdir) -> None:
    vault.write(work, FOUND, OURS)
    for passwords in ((), [("default", VaultSecret(b"sword"))]):
        with pytest.raises(UsageError, match="opens with none of"):
            vault.read(work, passwords)


def test_a_bundle_that_was_changed_does_not_open(work: Workdir) -> None:
    vault.write(work, FOUND, OURS)
    text = work.secrets.read_text()
    flipped = text[:-20] + ("0" if text[-20] != "0" else "1") + text[-19:]
    for damaged in (flipped, text[:60], ""):
        work.secrets.write_text(damaged)
        with pytest.raises(UsageError):
            vault.read(work, OURS)


def test_no_snapshot_no_secrets(work: Workdir) -> None:
    with pytest.raises(UsageError, match="snapshot"):
        vault.read(work, ())
