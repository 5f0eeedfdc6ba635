"""Packages of rpm, from databases that the real rpm wrote, and as rpm itself verifies them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrator.agent import packages, run
from migrator.agent.host import Host
from tests.agent import rpms
from tests.agent.trees import grown

LETTERS = {
    "S": "size",
    "M": "mode",
    "5": "digest",
    "L": "link",
    "U": "user",
    "G": "group",
    "T": "mtime",
    "P": "capabilities",
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid():
        pytest.fail("this test installs packages in a directory: run it as root")
    return rpms.install(tmp_path_factory.mktemp("rpm"))


@pytest.fixture
def root(installed: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", installed, tmp_path / "root"], check=True)
    return tmp_path / "root"


def read(root: Path) -> dict[str, Any]:
    host = Host(str(root))
    found = packages.read(host, {})
    assert not host.failures and not host.unparsed
    return found


def changed(root: Path) -> dict[str, list[str]]:
    return {row["path"]: row["changes"] for row in read(root)["changed"]}


def test_packages_are_listed_and_the_disk_is_not_written_to(root: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (root / "var/lib/rpm").iterdir()}
    found = read(root)
    assert [row["name"] for row in found["installed"]] == ["app", "app-empty"]
    assert found["installed"][0] == {
        "name": "app",
        "version": "2:1.0-3",
        "architecture": "noarch",
        "status": "installed",
        "selection": "install",
        "reinstall": False,
        "held": False,
        "reason": "unknown",
        "source": "app-1.0-3.src.rpm",
        "vendor": "Example",
        "section": "Applications/Tests",
        "size": found["installed"][0]["size"],
    }
    assert found["installed"][0]["size"] > 30
    assert found["changed"] == []
    assert before == {path: path.stat().st_mtime_ns for path in (root / "var/lib/rpm").iterdir()}


def spoil(root: Path) -> None:
    """Change one file in each way there is."""
    before = (root / "etc/app.conf").stat()
    (root / "etc/app.conf").write_text("0ne\n")
    os.utime(root / "etc/app.conf", ns=(before.st_atime_ns, before.st_mtime_ns))
    (root / "etc/kept.conf").chmod(0o644)
    os.chown(root / "etc/kept.conf", 1, 0)
    (root / "usr/bin/app").write_text("#!/bin/sh\necho longer\n")
    os.utime(root / "usr/bin/app", (1, 1))
    subprocess.run(["setcap", "cap_net_admin=ep", root / "usr/bin/ping"], check=True)
    (root / "usr/bin/app-link").unlink()
    (root / "usr/bin/app-link").symlink_to("ping")
    (root / "usr/share/app/gone").unlink()
    os.utime(root / "usr/share/app/data", (1, 1))
    (root / "var/log").mkdir(exist_ok=True)
    (root / "var/log/app.log").write_text("a line\n")
    (root / "usr/share/app").chmod(0o700)


def test_changes_are_those_that_rpm_finds(root: Path) -> None:
    spoil(root)
    theirs = {
        path: ["missing"] if said == "missing" else [LETTERS[x] for x in said if x in LETTERS]
        for path, said in rpms.verify(root).items()
    }
    ours = changed(root)
    assert {path: sorted(words) for path, words in ours.items()} == {
        path: sorted(words) for path, words in theirs.items()
    }
    assert ours["/etc/app.conf"] == ["digest"]
    assert set(ours["/etc/kept.conf"]) == {"mode", "user", "group"}
    assert set(ours["/usr/bin/app"]) == {"size", "mtime", "digest"}
    assert ours["/usr/bin/ping"] == ["capabilities"]
    assert ours["/usr/bin/app-link"] == ["link"]
    assert ours["/usr/share/app/gone"] == ["missing"]
    assert ours["/usr/share/app/data"] == ["mtime"]
    assert ours["/usr/share/app"] == ["mode"]
    assert {row["path"] for row in read(root)["changed"] if row["config"]} == {
        "/etc/app.conf",
        "/etc/kept.conf",
    }


def test_a_link_in_place_of_a_file_is_one_change(root: Path) -> None:
    (root / "usr/share/app/data").unlink()
    (root / "usr/share/app/data").symlink_to("readme")
    assert changed(root) == {"/usr/share/app/data": ["type"]}


def test_a_link_in_place_of_a_directory_is_followed(root: Path) -> None:
    shutil.move(root / "usr/share/app", root / "usr/share/elsewhere")
    (root / "usr/share/app").symlink_to("/usr/share/elsewhere")
    assert changed(root) == {}


def test_the_newer_place_of_the_database_is_known(root: Path) -> None:
    (root / "usr/lib/sysimage").mkdir(parents=True)
    shutil.move(root / "var/lib/rpm", root / "usr/lib/sysimage/rpm")
    assert len(read(root)["installed"]) == 2


def test_a_berkeley_database_is_read(root: Path) -> None:
    """As EL 5 to 8 have it; today's rpm only reads it, so that its headers are loaded into one."""
    source = sqlite3.connect(root / "var/lib/rpm/rpmdb.sqlite")
    headers = source.execute("SELECT hnum, blob FROM Packages").fetchall()
    source.close()
    pairs = [(0, struct.pack("<I", max(number for number, _ in headers))), *headers]
    rows = [f" {struct.pack('<I', key).hex()}\n {value.hex()}\n" for key, value in pairs]
    text = "VERSION=3\nformat=bytevalue\ntype=hash\nHEADER=END\n" + "".join(rows) + "DATA=END\n"
    shutil.rmtree(root / "var/lib/rpm")
    (root / "var/lib/rpm").mkdir()
    load = ["db_load", root / "var/lib/rpm/Packages"]
    subprocess.run(load, input=text, text=True, check=True)
    spoil(root)
    assert len(read(root)["installed"]) == 2
    assert "/usr/share/app/gone" in changed(root)


def failure(root: Path) -> str:
    host = Host(str(root))
    found = packages.read(host, {})
    assert (found["installed"], found["changed"]) == ([], [])
    assert {row["kind"] for row in host.failures} == {"absent"}
    return host.failures[0]["message"]


def test_a_database_that_this_rpm_does_not_read_is_named(tmp_path: Path) -> None:
    grown(tmp_path, {"usr/lib/sysimage/rpm/Packages.db": "RpmP"})
    assert failure(tmp_path) == (
        "the rpm of this machine does not read /usr/lib/sysimage/rpm/Packages.db:"
        " mount the disk where one does"
    )


def test_a_machine_without_rpm_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PATH", "/no/such/directory")
    assert failure(root) == (
        "/var/lib/rpm/rpmdb.sqlite can only be read where a command rpm is installed"
        " (rpm: No such file or directory)"
    )
