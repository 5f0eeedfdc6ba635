"""Files of this machine that are hard to read: the snapshot has them as a stream would."""

from __future__ import annotations

import gzip
import os
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator import ledger, snapshot
from migrator.agent.source import ATTEMPTS, SMALL, Source
from migrator.carrier import Carrier
from migrator.limits import Limits
from migrator.login import Address
from migrator.plan import PathChoice
from migrator.progress import Silent
from migrator.store import Index, Store
from migrator.transport import connect
from migrator.workdir import Workdir
from tests import builders as build
from tests.test_again import PLAN, take, workdir


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "source/opt").mkdir(parents=True)
    return tmp_path / "source"


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    return workdir(tmp_path / "work", "old")


def rows(work: Workdir) -> dict[str, dict[str, Any]]:
    return {row["path"]: row for row in ledger.rows(work.ledger)}


def content(work: Workdir, path: str) -> bytes:
    with Index(Store(work.store)) as index:
        return b"".join(index.pieces(bytes.fromhex(rows(work)[path]["digest"])))


def disturb(monkeypatch: pytest.MonkeyPatch, path: Path, times: int) -> None:
    """Write to ``path`` after the first piece of its first readings, whoever reads it."""
    original, count = Source.pieces, path.with_name("count")

    def pieces(self: Source) -> Iterator[bytes]:
        for number, piece in enumerate(original(self)):
            done = count.stat().st_size if count.exists() else 0
            if number == 0 and self.name == path.name.encode() and done < times:
                count.write_bytes(bytes(done + 1))
                path.write_bytes(b"%d" % done * self.length)
            yield piece

    monkeypatch.setattr(Source, "pieces", pieces)


@pytest.mark.parametrize("times", [1, ATTEMPTS - 1])
@pytest.mark.parametrize("size", [10, SMALL + 10])
def test_what_comes_to_rest_is_whole_and_what_never_does_is_reported(
    root: Path, work: Workdir, monkeypatch: pytest.MonkeyPatch, size: int, times: int
) -> None:
    path = root / "opt/log"
    path.write_bytes(b"x" * size)
    (root / "opt/around").write_bytes(b"y" * size)
    with monkeypatch.context() as once:
        disturb(once, path, times)
        taken = take(root, work)
    assert not taken.counts.get("changed")
    assert content(work, "/opt/log") == path.read_bytes() == b"%d" % (times - 1) * size
    (root / "opt/count").unlink()
    disturb(monkeypatch, path, 99)
    taken = take(root, work)
    assert taken.counts["changed"] == 1
    assert rows(work)["/opt/log"]["changed"] is True
    assert content(work, "/opt/around") == b"y" * size


def test_paths_longer_than_the_system_takes(root: Path, work: Workdir) -> None:
    here = os.open(root / "opt", os.O_RDONLY)
    name = "d" * 250
    for _ in range(20):
        os.mkdir(name, dir_fd=here)
        here, above = os.open(name, os.O_RDONLY, dir_fd=here), here
        os.close(above)
    leaf = os.open("leaf", os.O_CREAT | os.O_WRONLY, dir_fd=here)
    os.write(leaf, b"deep down")
    os.close(leaf)
    os.close(here)
    taken = take(root, work)
    assert "unreadable" not in taken.counts
    path = "/opt" + f"/{name}" * 20 + "/leaf"
    assert content(work, path) == b"deep down"


@pytest.mark.lab
def test_flags_of_inodes_are_in_the_ledger_also_when_nothing_is_read(
    root: Path, work: Workdir
) -> None:
    (root / "opt/logs/inner").mkdir(parents=True)
    for name, flag in (("fixed", "+i"), ("log", "+a"), ("logs/inner", "+d"), ("logs", "+ad")):
        if not (root / "opt" / name).exists():
            (root / "opt" / name).write_text(name)
        subprocess.run(["chattr", flag, root / "opt" / name], check=True)
    try:
        time.sleep(0.05)
        (root / "opt/clock").write_text("now")
        for _ in range(2):
            take(root, work)
            found = rows(work)
            assert (found["/opt/fixed"]["flags"], found["/opt/log"]["flags"]) == (0x10, 0x20)
            assert (found["/opt/logs"]["flags"], found["/opt/logs/inner"]["flags"]) == (0x60, 0x40)
            assert "flags" not in found["/opt/clock"]
            (root / "opt/clock").write_text("later")
    finally:
        subprocess.run(["chattr", "-R", "-i", "-a", root / "opt"], check=True)


def test_this_machine_is_read_no_faster_than_allowed(root: Path, work: Workdir) -> None:
    for number in range(3):
        (root / f"opt/{number}").write_bytes(os.urandom(1 << 20))
    with connect(Address(name="here", connection="local")) as connection:
        source = Carrier(connection, limits=Limits(bandwidth=2 << 20, nice=1))
        begun = time.monotonic()
        snapshot.take(source, PLAN, build.facts(root=str(root)), work, Silent())
        assert time.monotonic() - begun > 0.8


def test_a_link_in_the_place_of_a_directory_leads_nowhere(
    root: Path, work: Workdir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the walk and the reading somebody exchanges a directory."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/file").write_text("of the controller")
    (root / "opt/app").mkdir()
    (root / "opt/app/file").write_text("of the source")
    need = snapshot.need_space

    def exchange(*given: Any) -> None:
        (root / "opt/app").rename(root / "opt/gone")
        (root / "opt/app").symlink_to(tmp_path / "secret")
        need(*given)

    monkeypatch.setattr(snapshot, "need_space", exchange)
    take(root, work)
    row = rows(work)["/opt/app/file"]
    assert row["fate"] == "unreadable"
    assert "digest" not in row


@pytest.mark.lab
@pytest.mark.parametrize("choice", ["drop", "keep"])
def test_labels_are_kept_by_plan_and_always_in_the_ledger(
    root: Path, work: Workdir, choice: str
) -> None:
    (root / "opt/labelled").write_text("x")
    label = b"system_u:object_r:httpd_sys_content_t:s0\0"
    os.setxattr(root / "opt/labelled", "security.selinux", label)
    os.setxattr(root / "opt/labelled", "user.other", b"1")
    taken = take(root, work, replace(PLAN, selinux=choice))
    assert rows(work)["/opt/labelled"]["xattrs"]["security.selinux"] == label.hex()
    store = Store(work.store)
    blobs = [gzip.decompress(store.blob(x.digest).read_bytes()) for x in taken.blobs]
    assert any(b"SCHILY.xattr.security.selinux" in blob for blob in blobs) == (choice == "keep")
    assert any(b"SCHILY.xattr.user.other" in blob for blob in blobs)


@pytest.mark.parametrize("place", ["opt", "srv/volume"])
def test_a_device_that_overlayfs_takes_for_a_sign(root: Path, work: Workdir, place: str) -> None:
    (root / place).mkdir(parents=True, exist_ok=True)
    os.mknod(root / place / "gone", stat.S_IFCHR | 0o600, os.makedev(0, 0))
    os.mknod(root / place / "null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    take(root, work, build.plan(paths={"/srv/volume": PathChoice("volume")}))
    found = rows(work)
    assert found[f"/{place}/gone"]["device"] == [0, 0]
    assert (found[f"/{place}/gone"]["fate"] == "excluded") == (place == "opt")
    assert found[f"/{place}/null"]["fate"] != "excluded"


def test_the_largest_attribute_that_the_kernel_takes(root: Path, work: Workdir) -> None:
    """Ours of the corpus are small: few file systems have room for it, tmpfs is one of them."""
    value = os.urandom(1 << 16)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", root], check=True)
    try:
        (root / "opt").mkdir()
        (root / "opt/file").write_text("x")
        os.setxattr(root / "opt/file", "user.large", value)
        taken = take(root, work)
    finally:
        subprocess.run(["umount", "--lazy", root], check=True)  # others walk this machine too
    assert rows(work)["/opt/file"]["xattrs"]["user.large"] == value.hex()
    blob = Store(work.store).blob(taken.layers["application"].digest)
    plain = gzip.decompress(blob.read_bytes())
    assert b"SCHILY.xattr.user.large=" + value in plain


def test_a_name_that_hides_others_is_in_no_layer_and_said(root: Path, work: Workdir) -> None:
    (root / "opt/hidden").write_text("stays")
    (root / "opt/.wh.hidden").write_text("x")
    (root / "opt/.wh..wh..opq").write_text("x")
    taken = take(root, work)
    found = rows(work)
    assert found["/opt/hidden"]["fate"].startswith("layer")
    for name in ("/opt/.wh.hidden", "/opt/.wh..wh..opq"):
        assert found[name]["fate"] == "excluded" and ".wh." in found[name]["rule"]
    store = Store(work.store)
    assert not any(
        b".wh." in gzip.decompress(store.blob(x.digest).read_bytes()) for x in taken.blobs
    )
