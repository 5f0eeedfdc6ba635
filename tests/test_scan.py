"""The scan of a finished image: what is planted is found and named, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrator import ledger, scan, vault
from migrator.errors import SecretLeft
from migrator.plan import PathChoice
from migrator.store import Store
from migrator.store.codec import GZIP, ZSTD, Codec
from migrator.workdir import Workdir, make_private
from tests import builders as build
from tests.storing import MANY, put

PASSWORDS = b"alice:s3cret-of-alice\nbob:s3cret-of-bob\n"
SHORT = b"hunter2\n"
PLAN = build.plan(paths={"/opt/app/kept.pem": PathChoice("image", "a key for demos")})


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("key") / "key"
    command = ["openssl", "genpkey", "-algorithm", "RSA", "-out", path]
    subprocess.run(command, check=True, capture_output=True)
    return path.read_bytes()


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    made = Workdir(tmp_path / "work", "old")
    make_private(made.path)
    rows = [{"path": "/opt/note", "fate": "layer application", "digest": "0" * 64}]
    write_ledger(made, rows)
    return made


def write_ledger(work: Workdir, rows: list[dict[str, Any]]) -> None:
    ledger.write(work.ledger, (), rows)


def scanned(
    work: Workdir,
    *files: tuple[str, bytes],
    layer: str = "application",
    codec: Codec = GZIP,
    documents: tuple[Path, ...] = (),
) -> scan.Scan:
    """Of two layers, with ``files`` in the second."""
    contents = {"/etc/passwords": PASSWORDS, "/etc/pass": SHORT}
    secrets = {
        path: {"uid": 0, "gid": 0, "mode": 0o600, "data": base64.b64encode(data).decode()}
        for path, data in contents.items()
    }
    if not work.secrets.exists():
        vault.write(work, secrets, ())
    store = Store(work.store)
    layers = {"system": MANY, layer: (*MANY[:40], *files, *MANY[40:])}
    made = {name: put(store, found, codec=codec).digest for name, found in layers.items()}
    return scan.scan(work, PLAN, made, vault.read(work, ()), documents)


def test_a_clean_image_is_said_in_numbers(work: Workdir) -> None:
    done = scanned(work, ("opt/empty", b""), ("opt/words", b"-----BEGIN PRIVATE KEY-----\nnone"))
    assert str(done) == "0 of 2 secrets and 0 private keys in 2 layers"
    assert done.read == 2
    again = scanned(work, ("opt/empty", b""), ("opt/new", b"new"))
    assert again.read == 1, "only the new layer is read"
    assert json.loads(work.scan.read_text())["left"] == []


@pytest.mark.parametrize("codec", [GZIP, ZSTD], ids=["gzip", "zstd"])
@pytest.mark.parametrize("around", [b"", b"\0" * ((1 << 22) - 20)], ids=["alone", "at a seam"])
def test_a_planted_secret_is_caught(work: Workdir, codec: Codec, around: bytes) -> None:
    planted = ("opt/copy", around + PASSWORDS + around)
    with pytest.raises(
        SecretLeft, match=r"the content of /etc/passwords is in /opt/copy"
    ) as raised:
        scanned(work, planted, codec=codec)
    assert "1 of 2 secrets" in raised.value.message
    assert b"s3cret" not in work.scan.read_bytes()
    with pytest.raises(SecretLeft, match="/opt/copy"):
        scanned(work, planted, codec=codec)  # also when the layer is known already


def test_several_processes_find_the_same(
    work: Workdir, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "WORTH", 0)
    with pytest.raises(SecretLeft, match="1 of 2 secrets and 1 private keys") as raised:
        scanned(work, ("opt/copy", PASSWORDS), ("opt/k.pem", key))
    assert "is in /opt/copy of the image" in raised.value.message


def test_a_planted_key_is_caught_wherever_it_is(work: Workdir, key: bytes) -> None:
    with pytest.raises(SecretLeft, match="2 private keys") as raised:
        scanned(work, ("opt/app/run.sh", b"cat <<END\n" + key + b"END\n"), ("opt/k.pem", key))
    assert "a private key is in /opt/app/run.sh" in raised.value.message


KEYS = {
    "encrypted": (
        b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
        b"DEK-Info: AES-128-CBC,0A\n\n" + b"A" * 64 + b"\n"
    ),
    "OpenSSH": b"-----BEGIN OPENSSH PRIVATE KEY-----\r\n" + b"b3BlbnNzaC1rZXk" * 4 + b"\r\n",
    "OpenPGP": b"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\n" + b"lQ" * 32 + b"\n",
    "PuTTY": b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
    "OpenVPN": b"-----BEGIN OpenVPN Static key V1-----\n" + b"0123456789abcdef" * 2 + b"\n",
}


@pytest.mark.parametrize("content", KEYS.values(), ids=KEYS)
def test_keys_of_all_kinds(work: Workdir, content: bytes) -> None:
    with pytest.raises(SecretLeft, match="a private key is in /opt/k"):
        scanned(work, ("opt/k", content))


def test_what_the_plan_keeps_and_what_everybody_has_is_counted(work: Workdir, key: bytes) -> None:
    public = ("srv/app/node_modules/tls/test/server.key", key)
    done = scanned(work, ("opt/app/kept.pem", key), public)
    assert (len(done.kept), done.public, done.left) == (1, 1, ())
    assert str(done).endswith("in 2 layers, 1 kept by the plan, 1 public ones")
    assert scanned(work, ("usr/share/demo.key", key), layer="packages-1").public == 1


def test_a_secret_that_is_too_short_to_search_for_is_found_as_a_file(work: Workdir) -> None:
    digest = hashlib.sha256(SHORT).hexdigest()
    write_ledger(work, [{"path": "/opt/note", "fate": "layer application", "digest": digest}])
    with pytest.raises(SecretLeft, match="the content of /etc/pass is in /opt/note"):
        scanned(work)


def test_documents_that_go_along_are_looked_at(work: Workdir, tmp_path: Path) -> None:
    document = tmp_path / "config.json"
    long = b"alice:s3cret-of-alice-and-more-of-it\n"
    row = {"uid": 0, "gid": 0, "mode": 0o600, "data": base64.b64encode(long).decode()}
    vault.write(work, {"/etc/passwords": row}, ())
    document.write_text(json.dumps({"Env": ["HOST=old"]}))
    assert scanned(work, documents=(document,)).left == ()
    document.write_text(json.dumps({"Env": ["LOGIN=" + long.decode().strip()]}))
    with pytest.raises(SecretLeft, match=r"config\.json"):
        scanned(work, documents=(document,))
