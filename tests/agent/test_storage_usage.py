"""The walk that counts: what it counts, what it leaves alone, and that it ends."""

from __future__ import annotations

import importlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.agent.host import Host
from migrator.agent.storage.oddities import Oddities
from migrator.decode import decode
from migrator.facts.storage import Marked, Oddity, Usage
from tests.agent.trees import grown

usage = importlib.import_module("migrator.agent.storage.usage")
marked = importlib.import_module("migrator.agent.storage.marked")
state = importlib.import_module("migrator.agent.storage.state")
NOW = 1_700_000_000
DAY = 86400


def rows(top: Path) -> dict[str, Usage]:
    found = [decode(Usage, row) for row in usage.usage(Host(str(top)), NOW, Oddities({}))]
    assert [row.path for row in found] == sorted(row.path for row in found)
    return {row.path: row for row in found}


def aged(top: Path, name: str, days: float, size: int = 4096) -> None:
    grown(top, {name: "x" * size})
    os.utime(top / name, (NOW - days * DAY,) * 2)


def test_sizes_and_changes(tmp_path: Path) -> None:
    aged(tmp_path, "var/lib/mysql/ibdata1", 0.5, 40960)
    aged(tmp_path, "var/lib/dpkg/status", 3)
    aged(tmp_path, "var/old", 30)
    aged(tmp_path, "proc/kcore", 0)
    found = rows(tmp_path)
    assert found["/var"] == Usage("/var", 3, 49152, 1, 40960, 2, 45056, True)
    assert found["/var/lib"] == Usage("/var/lib", 2, 45056, 1, 40960, 2, 45056, True)
    assert list(found) == ["/var", "/var/lib"]  # neither /proc, nor what is deeper


def test_a_file_counts_once_and_holes_do_not(tmp_path: Path) -> None:
    aged(tmp_path, "srv/a/one", 30)
    os.link(tmp_path / "srv/a/one", tmp_path / "srv/two")
    (tmp_path / "srv/loop").symlink_to("/srv")
    with (tmp_path / "srv/sparse").open("wb") as handle:
        handle.truncate(1 << 40)
    assert (rows(tmp_path)["/srv"].files, rows(tmp_path)["/srv"].size) == (2, 4096)


def test_a_walk_that_takes_too_long_says_what_it_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A huge directory takes no turn from the others."""
    grown(tmp_path, {f"home/mail/{number}": "" for number in range(2000)})
    grown(tmp_path, {"var/log/messages": "x" * 100})
    monkeypatch.setattr(usage, "MOST", 1000)
    host = Host(str(tmp_path))
    found = {row["path"]: row for row in usage.usage(host, NOW, Oddities({}))}
    assert not found["/home"]["complete"] and not found["/home/mail"]["complete"]
    assert 0 < found["/home"]["files"] < 2000
    assert found["/var/log"]["complete"] and found["/var/log"]["size"] == 100
    (failure,) = host.failures
    assert (failure["subject"], failure["kind"]) == ("storage.usage", "limited")


def test_a_directory_whose_names_do_not_fit_is_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(tmp_path, {"srv/a/b/c": "x"})
    monkeypatch.setattr(usage, "LARGEST", 0)
    assert not rows(tmp_path)["/srv"].complete


def test_what_only_root_may_list_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(tmp_path, {"srv/open/f": "x", "srv/closed/f": "x"})
    listdir = os.listdir

    def refuse(place: bytes) -> list[bytes]:
        if place.endswith(b"/srv/closed"):
            raise PermissionError(13, "Permission denied")
        return listdir(place)

    monkeypatch.setattr(os, "listdir", refuse)
    host = Host(str(tmp_path))
    found = {row["path"]: row for row in usage.usage(host, NOW, Oddities({}))}
    assert {path: row["complete"] for path, row in found.items()} == {
        "/srv": False,
        "/srv/closed": False,
        "/srv/open": True,
    }
    assert host.denied == {"/srv/closed"} and not host.failures


def test_a_wide_directory_has_few_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(tmp_path, {f"home/user{number}/f": "" for number in range(9)})
    monkeypatch.setattr(usage, "WIDE", 2)
    found = rows(tmp_path)
    assert list(found) == ["/home", "/home/user0", "/home/user1"]
    assert found["/home"].files == 9 and found["/home"].complete


def test_only_local_mounts_are_entered(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.fail("this test mounts a file system: run it as root")
    aged(tmp_path, "srv/data/file", 30)
    (tmp_path / "srv/volatile").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", tmp_path / "srv/volatile"], check=True)
    try:
        (tmp_path / "srv/volatile/file").touch()
        assert rows(tmp_path)["/srv"].files == 1
        assert "/srv/volatile" not in rows(tmp_path)
    finally:
        subprocess.run(["umount", tmp_path / "srv/volatile"], check=True)


def test_a_recording_has_no_sizes(tmp_path: Path) -> None:
    aged(tmp_path, "srv/data/file", 30)
    assert usage.usage(Host(str(tmp_path), recording=[]), NOW, Oddities({})) == []


def test_files_that_a_copy_may_not_keep(tmp_path: Path) -> None:
    aged(tmp_path, "srv/a/one", 30)
    aged(tmp_path, "srv/a/mine", 30)
    os.chown(tmp_path / "srv/a/mine", 0, 0)
    os.link(tmp_path / "srv/a/one", tmp_path / "srv/a/two")
    os.link(tmp_path / "srv/a/one", tmp_path / "srv/b")
    os.chown(tmp_path / "srv/a/one", 5001, 0)
    with (tmp_path / "srv/image").open("wb") as handle:
        handle.truncate(4 << 20)
    (tmp_path / "var/named/dev").mkdir(parents=True)
    for name in ("null", "zero"):
        os.mknod(tmp_path / "var/named/dev" / name, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    aged(tmp_path, "var/lib/docker/overlay2/x", 30)
    os.chown(tmp_path / "var/lib/docker/overlay2/x", 4711, 0)
    walked = Oddities({0: "root"})
    usage.usage(Host(str(tmp_path)), NOW, walked)
    assert [decode(Oddity, row) for row in walked.done()] == [
        Oddity("device", "/var/named/dev/null", "c 1 3", 2, 0),
        Oddity("link", "/srv/b", "/srv/a/one", 1, 4096),
        Oddity("owner", "/srv/a/one", "5001", 3, 12288),
        Oddity("sparse", "/srv/image", "", 1, 4 << 20),
    ]


def test_marked_files_are_named_by_what_the_kernel_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(tmp_path, {"etc/resolv.conf": "x", "etc/hosts": "x", "var/log/secure": "x"})
    bits = {"resolv.conf": 0x10, "secure": 0x20, "hosts": 0x80000, "etc": 0x10}

    def ioctl(descriptor: int, request: int, empty: bytes) -> bytes:
        assert request == 0x80086601, "as the kernel's headers have it for 64 bits"
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        return bits.get(name, 0).to_bytes(len(empty), sys.byteorder)

    assert marked.marked(Host(str(tmp_path))) == []
    monkeypatch.setattr("fcntl.ioctl", ioctl)
    assert [decode(Marked, row) for row in marked.marked(Host(str(tmp_path)))] == [
        Marked("/etc", ("immutable",)),
        Marked("/etc/resolv.conf", ("immutable",)),
        Marked("/var/log/secure", ("append-only",)),
    ]


def test_runtime_directories_that_are_no_links(tmp_path: Path) -> None:
    grown(tmp_path, {"var/run/a.pid": "1", "run/lock/.keep": ""})
    (tmp_path / "var/lock").symlink_to("/run/lock")
    assert state.runtime(Host(str(tmp_path))) == ["/var/run"]
