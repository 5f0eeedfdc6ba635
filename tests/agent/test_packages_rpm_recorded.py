"""Packages of rpm as old ones print them, and what yum, dnf and zypper note beside them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.agent import packages
from migrator.agent.host import Host
from migrator.agent.packages import rpm, rpm_files
from tests.agent import rpms
from tests.agent.trees import grown


def line(**given: str) -> str:
    """What rpm prints of a file, for a recorded host."""
    words = {
        **{
            "NAME": "app",
            "ARCH": "x86_64",
            "EPOCH": "(none)",
            "VERSION": "1",
            "RELEASE": "1",
            "FILEDIGESTALGO": "(none)",
            "FILEFLAGS": "0",
        },
        **{"FILESTATES": "0", "FILEVERIFYFLAGS": "-1", "FILEMODES": "-32348"},
        **{"LONGFILESIZES": "4", "FILEMTIMES": "1", "FILEUSERNAME": "root"},
        **{"FILEGROUPNAME": "root", "FILEDIGESTS": "", "FILECAPS": "(none)", "FILELINKTOS": ""},
        **{"FILENAMES": "/usr/bin/app"},
        **given,
    }
    return "\t".join(words[tag.lstrip("=")] for tag in rpm_files.TAGS)


def recorded(top: Path, *lines: str) -> Host:
    """A host of EL 6: MD5, numbers with a sign, users in its files."""
    grown(top, {**rpms.ACCOUNTS, "var/lib/rpm/Packages": "", "usr/bin/app": "abcd"})
    os.utime(top / "usr/bin/app", (1, 1))
    (top / "usr/bin/app").chmod(0o644)
    names = [row.rpartition("\t")[2] for row in lines]
    return Host(
        str(top),
        [
            (rpm.PACKAGES, ""),
            (rpm_files.FILES, "\n".join(lines) + "\n"),
            (rpm_files.NAMES, "".join(f"app\t{name}\n" for name in names)),
        ],
    )


def words(host: Host) -> list[list[str]]:
    return [row["changes"] for row in packages.read(host, {})["changed"]]


def test_an_unchanged_file_of_an_old_rpm(tmp_path: Path) -> None:
    assert words(recorded(tmp_path, line())) == []
    assert words(recorded(tmp_path, line(FILEMODES="33261"))) == [["mode"]]


@pytest.mark.parametrize("state", ["1", "2", "3"])
def test_what_was_not_installed_is_not_missing(tmp_path: Path, state: str) -> None:
    assert words(recorded(tmp_path, line(FILENAMES="/gone", FILESTATES=state))) == []


def test_the_file_of_another_architecture_may_differ(tmp_path: Path) -> None:
    given = {"LONGFILESIZES": "9", "FILEMTIMES": "2"}
    assert words(recorded(tmp_path, line(**given, FILESTATES="4"))) == []
    assert words(recorded(tmp_path, line(**given))) == [["mtime", "size"]]


def test_a_file_of_two_packages_has_the_time_of_one(tmp_path: Path) -> None:
    late = line(FILEMTIMES="2", NAME="app-32")
    assert words(recorded(tmp_path, line(), late)) == []
    assert words(recorded(tmp_path, late)) == [["mtime"]]


def test_what_need_not_be_there_is_not_missing(tmp_path: Path) -> None:
    for flags in ("8", "64"):
        assert words(recorded(tmp_path, line(FILENAMES="/gone", FILEFLAGS=flags))) == []


def test_only_what_the_package_wants_is_verified(tmp_path: Path) -> None:
    given = {"LONGFILESIZES": "9", "FILEMTIMES": "2", "FILEUSERNAME": "daemon"}
    assert words(recorded(tmp_path, line(**given, FILEVERIFYFLAGS="8"))) == [["user"]]


def test_prelinked_programs_are_not_changed(tmp_path: Path) -> None:
    row = line(FILEMODES="33261", LONGFILESIZES="2", FILEDIGESTS="0" * 32)
    host = recorded(tmp_path, row)
    (tmp_path / "usr/bin/app").chmod(0o755)
    assert words(host) == [["size", "digest"]]
    grown(tmp_path, {"etc/prelink.cache": ""})
    assert words(recorded(tmp_path, row)) == [["mode"]]


def test_what_rpm_says_otherwise_is_kept(tmp_path: Path) -> None:
    empty = "(none)" + line()
    host = recorded(tmp_path, empty, "error: odd", line(FILEMTIMES="x"))
    assert words(host) == []
    assert [row["raw"] for row in host.unparsed] == ["error: odd", line(FILEMTIMES="x")]


LOCKS = {
    "etc/yum/pluginconf.d/versionlock.list": "# comment\n\n0:httpd-2.2.15-69.*\n!0:php-5.*\n",
    "etc/dnf/plugins/versionlock.list": "kernel-0:4.18.0-1.*\n",
    "etc/zypp/locks": "\ntype: package\nmatch_type: glob\nsolvable_name: post*\n",
}


@pytest.mark.parametrize(
    ("package", "locked"),
    [
        (("httpd", "2.2.15-69", "x86_64"), True),
        (("httpd", "2.2.15-70", "x86_64"), False),
        (("kernel", "4.18.0-1", "x86_64"), True),
        (("postfix", "1-1", "noarch"), True),
        (("php", "5.3-1", "x86_64"), False),
    ],
)
def test_locks(tmp_path: Path, package: tuple[str, str, str], locked: bool) -> None:
    assert rpm.locks(Host(grown(tmp_path, LOCKS)))(*package) is locked


def test_reasons_of_yum_and_zypper(tmp_path: Path) -> None:
    yum = "var/lib/yum/yumdb/h/0123abcd-httpd-2.2.15-69-x86_64/reason"
    host = Host(grown(tmp_path / "yum", {yum: "dep"}))
    assert rpm.reasons(host)("httpd", "1:2.2.15-69", "x86_64") == "automatic"
    assert rpm.reasons(host)("other", "1-1", "x86_64") == "unknown"
    listed = {"var/lib/zypp/AutoInstalled": "# by libzypp\nlibz1\n"}
    host = Host(grown(tmp_path / "zypper", listed))
    assert rpm.reasons(host)("libz1", "1-1", "x86_64") == "automatic"
    assert rpm.reasons(host)("vim", "1-1", "x86_64") == "manual"
