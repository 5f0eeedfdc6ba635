"""Packages of dpkg: states, reasons, and which files changed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import packages
from migrator.agent.host import Host
from migrator.agent.packages import check, dpkg_verify
from tests.agent.trees import grown

UNPACKED = 1_600_000_000
TEXT = "as it came\n"
MD5 = hashlib.md5(TEXT.encode()).hexdigest()
STATUS = f"""\
Package: cron
Status: install ok installed
Installed-Size: 3
Section: admin
Architecture: amd64
Source: cron-source (2.9)
Version: 1:3.0-1
Conffiles:
 /etc/crontab {MD5}
 /etc/with blank {MD5} obsolete
 /etc/gone {MD5}
 /etc/new newconffile
Description: jobs
 more: words

Package: kept
Status: hold ok installed
Architecture: all
Version: 1
Origin: Example

Package: old
Status: deinstall ok config-files
Architecture: amd64
Version: 2
Conffiles:
 /etc/old.conf {MD5}

Package: broken
Status: install reinstreq half-installed
Architecture: i386
Version: 4

Package: half
Status: install ok half-configured
Architecture: amd64
Version: 5

Package: waits
Status: install ok triggers-pending
Architecture: amd64
Version: 6
"""
INFO = "var/lib/dpkg/info"
TREE = {
    "var/lib/dpkg/status": STATUS,
    "var/lib/apt/extended_states": (
        "Package: kept\nArchitecture: amd64\nAuto-Installed: 1\n\n"
        "Package: cron\nArchitecture: amd64\nAuto-Installed: 0\n"
    ),
    f"{INFO}/cron.list": "/.\n/usr\n/usr/sbin/cron\n/bin/tool\n/usr/share/cron/a\n",
    f"{INFO}/cron.md5sums": "".join(
        f"{MD5}  {path}\n"
        for path in ("usr/sbin/cron", "bin/tool", "usr/share/cron/a", "usr/share/doc/cron/b")
    ),
    f"{INFO}/kept:i386.list": "/etc/crontab\n",
    **dict.fromkeys(
        ("etc/crontab", "etc/with blank", "etc/old.conf", "etc/new", "usr/sbin/cron"), TEXT
    ),
    "usr/bin/tool": TEXT,
    "usr/share/cron/a": TEXT,
}


@pytest.fixture
def top(tmp_path: Path) -> Path:
    grown(tmp_path, TREE)
    (tmp_path / "bin").symlink_to("usr/bin")
    for path in tmp_path.rglob("*"):
        if path.is_file():
            os.utime(path, (UNPACKED - 9, UNPACKED - 9))
    os.utime(tmp_path / INFO / "cron.list", (UNPACKED, UNPACKED))
    return tmp_path


def read(top: Path) -> dict[str, Any]:
    host = Host(str(top))
    found = packages.read(host, {})
    assert not host.failures
    return found


def changed(top: Path) -> list[tuple[str, str, bool]]:
    rows = read(top)["changed"]
    assert all(len(row["changes"]) == 1 for row in rows)
    return [(row["path"], row["changes"][0], row["config"]) for row in rows]


def test_a_package_is_what_the_database_says(top: Path) -> None:
    first, second = read(top)["installed"][:2]
    assert first == {
        "name": "cron",
        "version": "1:3.0-1",
        "architecture": "amd64",
        "status": "installed",
        "selection": "install",
        "reinstall": False,
        "held": False,
        "reason": "manual",
        "source": "cron-source",
        "vendor": "",
        "section": "admin",
        "size": 3072,
    }
    assert (second["held"], second["reason"], second["vendor"]) == (True, "automatic", "Example")


def test_broken_and_unfinished_packages_show(top: Path) -> None:
    rows = {row["name"]: row for row in read(top)["installed"]}
    states = {name: row["status"] for name, row in rows.items()}
    assert states == {
        "cron": "installed",
        "kept": "installed",
        "old": "config-files",
        "broken": "half-installed",
        "half": "half-configured",
        "waits": "triggers-pending",
    }
    assert [name for name, row in rows.items() if row["reinstall"]] == ["broken"]


def test_what_an_interrupted_dpkg_left_overrules_the_database(top: Path) -> None:
    update = "Package: half\nStatus: install ok unpacked\nArchitecture: amd64\nVersion: 6\n"
    grown(top, {"var/lib/dpkg/updates/0003": update})
    rows = [row for row in read(top)["installed"] if row["name"] == "half"]
    assert [(row["status"], row["version"]) for row in rows] == [("unpacked", "6")]


def test_only_missing_files_differ_on_an_untouched_host(top: Path) -> None:
    assert changed(top) == [
        ("/etc/gone", "missing", True),
        ("/usr/share/doc/cron/b", "missing", False),
    ]


def test_files_that_dpkg_was_told_to_leave_out_are_not_missing(top: Path) -> None:
    options = "path-exclude=/usr/share/doc/*\npath-include /usr/share/doc/*/copyright\n"
    grown(top, {"etc/dpkg/dpkg.cfg.d/small": options})
    assert changed(top) == [("/etc/gone", "missing", True)]
    grown(top, {"etc/dpkg/dpkg.cfg": "path-include=/usr/share/doc/cron/*\n"})
    assert ("/usr/share/doc/cron/b", "missing", False) in changed(top)


def test_configuration_is_compared_whatever_its_times_say(top: Path) -> None:
    for name in ("etc/crontab", "etc/with blank", "etc/old.conf", "etc/new"):
        (top / name).write_text("another\n")
        os.utime(top / name, (UNPACKED - 9, UNPACKED - 9))
    found = [path for path, change, config in changed(top) if change == "digest" and config]
    assert found == ["/etc/crontab", "/etc/with blank", "/etc/old.conf"]


def test_a_file_that_was_written_later_is_compared(top: Path) -> None:
    (top / "usr/sbin/cron").write_text("patched\n")
    (top / "usr/bin/tool").write_text(TEXT)
    (top / "usr/share/cron/a").unlink()
    (top / "usr/share/cron/a").symlink_to("b")
    assert changed(top)[1:3] == [
        ("/usr/sbin/cron", "digest", False),
        ("/usr/share/cron/a", "type", False),
    ]


def test_a_time_set_back_hides_nothing_from_the_inode(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (top / "usr/sbin/cron").write_text("patched\n")
    os.utime(top / "usr/sbin/cron", (UNPACKED - 9, UNPACKED - 9))
    assert "/usr/sbin/cron" not in [path for path, _, _ in changed(top)]  # within SLACK
    monkeypatch.setattr(dpkg_verify, "SLACK", -3600)
    assert ("/usr/sbin/cron", "digest", False) in changed(top)


def test_a_diverted_file_is_compared_where_it_lies(top: Path) -> None:
    diversion = "/usr/sbin/cron\n/usr/sbin/cron.distrib\nother\n"
    grown(top, {"var/lib/dpkg/diversions": diversion, "usr/sbin/cron": "the other's\n"})
    assert ("/usr/sbin/cron", "missing", False) in changed(top)
    grown(top, {"usr/sbin/cron.distrib": TEXT})
    assert "/usr/sbin/cron" not in [path for path, _, _ in changed(top)]


def test_diversions_of_packages_are_not_the_administrators(top: Path) -> None:
    own = "/usr/bin/man\n/usr/bin/man.distrib\n:\n/bin/sh\n/bin/sh.distrib\ndash\n/cut/off\n"
    grown(top, {"var/lib/dpkg/diversions": own, "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n"})
    found = packages.read(Host(str(top)), {})
    assert found["diversions"] == [{"path": "/usr/bin/man", "to": "/usr/bin/man.distrib"}]
    assert found["policy"] == "/usr/sbin/policy-rc.d"


def test_the_amount_that_is_digested_is_bounded(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "MOST_BYTES", len(TEXT) * 2)
    (top / "etc/old.conf").write_text("another\n")
    host = Host(str(top))
    found = packages.read(host, {})["changed"]
    assert [row["path"] for row in found] == ["/etc/gone", "/usr/share/doc/cron/b"]
    message = "1 files that may have changed: stopped after 0 MB of contents"
    assert {"subject": "packages.changed", "kind": "limited", "message": message} in host.failures


def test_the_number_of_changed_files_is_bounded(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dpkg_verify, "MOST_CHANGED", 1)
    host = Host(str(top))
    assert len(packages.read(host, {})["changed"]) == 1
    assert [row["kind"] for row in host.failures] == ["limited"]


def test_what_is_no_stanza_is_kept(tmp_path: Path) -> None:
    text = "Package: a\nStatus: odd\nno field\n\n folded\n\nVersion: 1\n"
    host = Host(grown(tmp_path, {"var/lib/dpkg/status": text}))
    found = packages.read(host, {})["installed"]
    assert [(row["name"], row["status"]) for row in found] == [("a", "unknown")]
    kept = [(row["where"].rpartition(":")[2], row["raw"]) for row in host.unparsed]
    assert kept == [("3", "no field"), ("5", " folded"), ("7", "version"), ("1", "odd")]


WORDS = st.text("abz09.+~:- é\udcff", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=6))
def test_every_stanza_is_a_package(rows: list[tuple[str, str, str]]) -> None:
    text = "".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: {version}\n"
        f"Description: {words}\n {words}\n .\n{'' if number % 2 else '# comment'}\n\n"
        for number, (name, version, words) in enumerate(rows)
    )
    with tempfile.TemporaryDirectory() as top:
        host = Host(grown(Path(top), {"var/lib/dpkg/status": text}))
        found = packages.read(host, {})["installed"]
        assert not host.failures and not host.unparsed
    assert [(row["name"], row["version"]) for row in found] == [row[:2] for row in rows]
