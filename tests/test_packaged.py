"""What the package databases say of a source's files, from the agent to the controller."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator import packaged
from migrator.agent import frames
from migrator.agent import packaged as agent
from migrator.errors import ProtocolError
from tests.agent import rpms
from tests.agent.trees import grown

TEXT = "as it came\n"
MD5 = hashlib.md5(TEXT.encode()).digest()
INFO = "var/lib/dpkg/info"
TREE = {
    "var/lib/dpkg/status": (
        "Package: tool\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2-3\n"
        f"Conffiles:\n /etc/tool.conf {MD5.hex()}\n\n"
        "Package: libx\nStatus: install ok installed\nArchitecture: i386\nVersion: 4\n\n"
        "Package: libx\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5\n"
    ),
    f"{INFO}/tool.list": "/.\n/etc\n/etc/tool.conf\n/bin/tool\n/usr/share/t\udcff\n",
    f"{INFO}/tool.md5sums": f"{MD5.hex()}  bin/tool\n{MD5.hex()}  usr/share/t\udcff\n",
    f"{INFO}/libx:i386.list": "/usr/lib/i386/libx.so\n",
    f"{INFO}/libx:amd64.list": "/usr/lib/amd64/libx.so\n",
    "var/lib/dpkg/diversions": "/bin/tool\n/bin/tool.real\nother\n",
}


def ask(top: Path) -> dict[bytes, packaged.Packaged]:
    stream = io.BytesIO()
    agent.packaged({"root": str(top)}, None, stream)
    stream.seek(0)
    return packaged.read(stream)


def test_a_path_has_its_package_and_digest_where_it_really_lies(tmp_path: Path) -> None:
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "bin").symlink_to("usr/bin")
    grown(tmp_path, TREE)
    found = ask(tmp_path)
    owner = packaged.Owner("tool", "1:2-3", "amd64", "md5")
    assert found[b"usr/bin/tool.real"] == packaged.Packaged(owner, MD5, False)
    assert found[b"etc/tool.conf"] == packaged.Packaged(owner, MD5, True)
    assert found[b"usr/share/t\xff"].digest == MD5
    assert found[b"etc"].digest == b""
    assert found[b"usr/lib/i386/libx.so"].owner.version == "4"
    assert found[b"usr/lib/amd64/libx.so"].owner.version == "5"
    assert set(found) - {b".", b"etc"} == {
        *(b"usr/bin/tool.real", b"etc/tool.conf", b"usr/share/t\xff"),
        *(b"usr/lib/i386/libx.so", b"usr/lib/amd64/libx.so"),
    }


def test_a_file_is_unmodified_by_its_digest_alone(tmp_path: Path) -> None:
    found = ask(Path(grown(tmp_path, TREE)))
    assert found[b"etc/tool.conf"].is_unmodified(MD5)
    assert not found[b"etc/tool.conf"].is_unmodified(hashlib.md5(b"edited").digest())
    assert not found[b"etc"].is_unmodified(b"")


def test_files_of_rpm_have_their_sha256(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.fail("this test installs packages in a directory: run it as root")
    root = rpms.install(tmp_path)
    found = ask(root)
    data = found[b"usr/share/app/data"]
    assert data.owner == packaged.Owner("app", "2:1.0-3", "noarch", "sha256")
    assert data.is_unmodified(hashlib.sha256((root / "usr/share/app/data").read_bytes()).digest())
    assert [path for path, row in found.items() if row.config] == [
        b"etc/app.conf",
        b"etc/kept.conf",
    ]
    assert found[b"usr/bin/app-link"].digest == found[b"var/log/app.log"].digest == b""


def test_a_large_package_comes_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "MOST_FILES", 2)
    assert len(ask(Path(grown(tmp_path, TREE)))) == 7


def test_a_host_without_packages_has_none(tmp_path: Path) -> None:
    assert ask(tmp_path) == {}
    assert ask(Path(grown(tmp_path, {"var/lib/rpm/Packages.db": "RpmP"}))) == {}


OWNER = {"name": "a", "version": "1", "architecture": "x", "algorithm": "md5"}


def sent(*documents: object, count: int | None = None) -> io.BytesIO:
    stream = io.BytesIO()
    for document in documents:
        frames.write(stream, b"P", frames.deflated(json.dumps(document).encode()))
    frames.write(stream, b"Z", frames.COUNT.pack(len(documents) if count is None else count))
    stream.seek(0)
    return stream


def test_an_answer_that_is_no_list_of_files_is_refused() -> None:
    good = {**OWNER, "files": [["a", "", False]]}
    assert len(packaged.read(sent(good))) == 1
    for wrong in (
        *([], {}, OWNER, {**OWNER, "files": [["a", ""]]}, {**OWNER, "files": [["a", "x", False]]}),
        *({**OWNER, "files": [[1, "", False]]}, {**OWNER, "files": 1}),
    ):
        with pytest.raises(ProtocolError):
            packaged.read(sent(wrong))
    for stream in (sent(good, count=2), io.BytesIO(b""), io.BytesIO(sent(good).getvalue()[:-1])):
        with pytest.raises(ProtocolError):
            packaged.read(stream)


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    stream = io.BytesIO()
    frames.write(stream, b"P", data)
    stream.seek(0)
    with pytest.raises(ProtocolError):
        packaged.read(stream)
