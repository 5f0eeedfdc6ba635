from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migrator.agent import repositories
from migrator.agent.host import Host
from migrator.agent.repositories import keys
from tests.agent.trees import grown


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A home of gpg with two new keys, and their fingerprints."""
    home = tmp_path_factory.mktemp("gpg")
    gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", ""]
    for name, kind in (("one@example.org", "rsa2048"), ("two@example.org", "ed25519")):
        make = [*gpg, "--quick-generate-key", name, kind, "sign", "never"]
        subprocess.run(make, check=True, capture_output=True)
    asked = subprocess.run([*gpg, "-k", "--with-colons"], capture_output=True, text=True)
    lines = [line.split(":") for line in asked.stdout.splitlines()]
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True)
    return home, [words[9].lower() for words in lines if words[0] == "fpr"]


@pytest.mark.parametrize("armor", [[], ["--armor"]])
def test_fingerprints_are_those_of_gpg(
    keyring: tuple[Path, list[str]], armor: list[str], tmp_path: Path
) -> None:
    home, expected = keyring
    export = ["gpg", "--homedir", home, "--batch", "--export", *armor]
    data = subprocess.run(export, check=True, capture_output=True).stdout
    assert len(expected) == 2 and keys.fingerprints(data) == expected
    (tmp_path / "etc/apt/trusted.gpg.d").mkdir(parents=True)
    (tmp_path / "etc/apt/trusted.gpg.d/a.asc").write_bytes(data)
    (tmp_path / "usr/share/keyrings").mkdir(parents=True)
    (tmp_path / "usr/share/keyrings/b.gpg").write_bytes(data)
    (tmp_path / "usr/share/keyrings/unused.gpg").write_bytes(data)
    line = "deb [signed-by=/usr/share/keyrings/b.gpg] http://example.org a b\n"
    host = Host(grown(tmp_path, {"etc/apt/sources.list": line}))
    found = repositories.read(host, {"packages": {}})
    assert [(row["path"], row["fingerprint"]) for row in found["keys"]] == [
        *(("/etc/apt/trusted.gpg.d/a.asc", fingerprint) for fingerprint in expected),
        *(("/usr/share/keyrings/b.gpg", fingerprint) for fingerprint in expected),
    ]


def test_keys_of_rpm_are_packages(tmp_path: Path) -> None:
    installed = [{"name": "gpg-pubkey", "version": "fd431d51-4ae0493b"}]
    host = Host(grown(tmp_path, {}))
    found = repositories.read(host, {"packages": {"installed": installed}})
    assert found["keys"] == [{"path": "rpm", "fingerprint": "fd431d51"}]


@given(st.binary(max_size=200))
@example(b"\x99\x01")
@example(b"\xc6\xff\x00\x00\x00\x01\x04")
@example(b"\xc6\xe1")
@example(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END")
def test_any_bytes_are_a_keyring(data: bytes) -> None:
    assert all(len(found) in (40, 64) for found in keys.fingerprints(data))
