"""Who the host is: kept by a move, another one for a clone."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest

from migrator import hostkeys
from migrator.adapt.identity import machine_id
from migrator.plan import Identity
from migrator.workdir import Workdir, make_private
from tests import builders as make
from tests.adapt import changes, text

KEY = "/etc/ssh/ssh_host_ed25519_key"
FOUND = {"secrets": (make.secret("ssh-host-key", KEY),)}
FILES: dict[str, bytes | str] = {
    KEY: b"",
    f"{KEY}.pub": b"",
    "/etc/machine-id": b"0123456789abcdef0123456789abcdef\n",
    "/var/lib/dbus/machine-id": b"0123456789abcdef0123456789abcdef\n",
}
RESET = make.plan(identity=Identity(machine_id="reset", host_keys="reset"))


def test_a_move_keeps_all() -> None:
    assert changes("identity", FILES, **FOUND) == {}


def test_a_clone_has_another_id_at_every_start_the_same() -> None:
    made = changes("identity", FILES, RESET, **FOUND)
    new = text(made["/etc/machine-id"]).strip()
    assert new == machine_id("0123456789abcdef0123456789abcdef", RESET)
    assert (len(new), new[12], new[16] in "89ab") == (32, "4", True)
    assert new != machine_id("0123456789abcdef0123456789abcdef", make.plan(host="other"))
    assert made["/var/lib/dbus/machine-id"].target == "/etc/machine-id"
    assert [made[path].action for path in (KEY, f"{KEY}.pub")] == ["remove", "remove"]


def test_a_host_older_than_systemd_has_its_id_with_dbus_alone() -> None:
    made = changes("identity", {"/var/lib/dbus/machine-id": b"1\n"}, RESET)
    assert [(path, change.action) for path, change in made.items()] == [
        ("/var/lib/dbus/machine-id", "write")
    ]


def test_new_host_keys_are_made_once_and_take_the_place_of_the_old_ones(tmp_path: Path) -> None:
    work = Workdir(tmp_path / "work", "old")
    make_private(work.path)
    old = {"uid": 0, "gid": 0, "mode": 0o600, "data": "b2xk"}
    secrets = {KEY: old, "/etc/ssh/ssh_host_dsa_key": old, "/etc/app.key": old}
    assert hostkeys.instead(work, make.plan(), (), secrets) == secrets
    hostkeys.make(work, make.plan(), (), secrets)
    assert not hostkeys.place(work).exists()
    rsa = "/etc/ssh/ssh_host_rsa_key"
    hostkeys.make(work, RESET, (), [KEY, rsa, "/etc/ssh/ssh_host_dsa_key"])
    first = hostkeys.instead(work, RESET, (), secrets)
    assert sorted(first) == ["/etc/app.key", KEY, rsa]
    assert first["/etc/app.key"] == old
    assert hostkeys.place(work).stat().st_mode & 0o777 == 0o600
    assert hostkeys.place(work).read_bytes().startswith(b"$ANSIBLE_VAULT")
    hostkeys.make(work, RESET, (), [KEY, rsa])
    assert hostkeys.instead(work, RESET, (), secrets) == first


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="no OpenSSH here")
def test_openssh_reads_them(tmp_path: Path) -> None:
    work = Workdir(tmp_path / "work", "old")
    make_private(work.path)
    paths = [f"/etc/ssh/ssh_host_{kind}_key" for kind in hostkeys.KINDS]
    hostkeys.make(work, RESET, (), paths)
    for path, row in hostkeys.instead(work, RESET, (), {}).items():
        key = tmp_path / path.rpartition("/")[2]
        key.touch(0o600)
        key.write_bytes(base64.b64decode(row["data"]))
        command = ["ssh-keygen", "-y", "-f", str(key)]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert path.split("_")[2].replace("ecdsa", "ecdsa-sha2-nistp256") in shown
