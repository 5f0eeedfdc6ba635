"""Rules about storage, second part: how much lies where, and how much of it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from migrator.assess import RULES, Level
from migrator.facts import Failure
from migrator.facts.network import UnixSocket
from migrator.facts.storage import Marked, Oddity, Usage
from tests import builders as make
from tests.assess import Cases, check, golden, seen

GB = 1 << 30


def usage(path: str, size: int = 0, files: int = 1, size_day: int = 0) -> Usage:
    return Usage(path, files, size, 1, size_day, 1, size_day, complete=True)


def odd(kind: Literal["link", "sparse", "device"], path: str, detail: str = "") -> Oddity:
    return Oddity(kind, path, detail, 2, GB)


# A golden host is kept in git, which knows neither holes nor hard links nor devices.
CASES: Cases = {
    "STO-14": (
        {"storage": {"oddities": (odd("sparse", "/srv/vm.img"),)}},
        {"storage": {"oddities": (odd("device", "/var/named/dev/null", "c 1 3"),)}},
    ),
    "STO-15": (
        {"storage": {"oddities": (odd("link", "/usr/bin/git", "/usr/lib/git-core/git"),)}},
        {"storage": {"oddities": (odd("sparse", "/srv/vm.img"),)}},
    ),
    "STO-16": (
        {"storage": {"oddities": (odd("device", "/var/named/dev/null", "c 1 3"),)}},
        {"storage": {"oddities": (odd("sparse", "/srv/vm.img"),)}},
    ),
    "STO-17": (
        {
            "network": {
                "unix_sockets": (
                    UnixSocket("/var/lib/mysql/mysql.sock", "stream", 1, "mysqld", ""),
                )
            }
        },
        {"network": {"unix_sockets": (UnixSocket("/run/a.sock", "stream", 1, "a", ""),)}},
    ),
    "STO-18": (
        {"storage": {"usage": (usage("/opt/shop", 20 * GB),)}},
        {"storage": {"usage": (usage("/opt/shop", GB), usage("/var/cache", 20 * GB))}},
    ),
    "STO-19": (
        {"storage": {"usage": (usage("/var/spool", files=200_000),)}},
        {"storage": {"usage": (usage("/var/spool", files=2000),)}},
    ),
    "STO-20": (
        {"storage": {"usage": (usage("/var/lib", 9 * GB, size_day=2 * GB),)}},
        {"storage": {"usage": (usage("/var/lib", 9 * GB), usage("/var/tmp", GB, size_day=GB))}},
    ),
    "STO-21": (
        {"storage": {"marked": (Marked("/etc/resolv.conf", ("immutable",)),)}},
        {"storage": {"oddities": (odd("sparse", "/srv/vm.img"),)}},
    ),
    "STO-25": (
        {"storage": {"runtime": ("/var/run",)}},
        {"storage": {"runtime": ("/var/run",), "mounts": (make.mount("/var/run"),)}},
    ),
    "STO-26": (
        {"storage": {"usage": (usage("/u01", GB), usage("/u01/app", GB))}},
        {"storage": {"usage": (usage("/srv", GB), usage("/srv/data", GB), usage("/x", files=0))}},
    ),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


def test_what_lies_on_a_volume_is_large_and_in_nobodys_way() -> None:
    (found,) = seen("STO-18", storage={"usage": (usage("/srv/data", 40 * GB),)})
    assert found.level == Level.INFO


def test_inodes_count_for_file_systems_of_the_hosts_own() -> None:
    many = {"inodes": 9_000_000, "inodes_used": 2_000_000}
    mounts = (
        replace(make.mount("/srv"), **many),
        replace(make.mount("/", fstype="overlay"), **many),
        replace(make.mount("/etc/hosts"), **many),
    )
    assert [finding.where for finding in seen("STO-19", storage={"mounts": mounts})] == ["/srv"]


@pytest.mark.parametrize(
    ("row", "level"),
    [
        (odd("link", "/usr/bin/a", "/usr/lib/a"), Level.INFO),
        (odd("link", "/srv/a/x", "/srv/b/x"), Level.INFO),
        (odd("link", "/srv/a/x", "/usr/lib/x"), Level.WARNING),
        (odd("link", "/srv/a/x", "/home/a/x"), Level.WARNING),
        (odd("device", "/var/named/dev/null", "c 1 3"), Level.INFO),
        (odd("device", "/var/named/dev/log", "c 10 200"), Level.WARNING),
        (odd("device", "/var/spool/postfix/dev/null", "c 1 3"), Level.WARNING),
    ],
)
def test_what_a_volume_takes_from_files(row: Oddity, level: Level) -> None:
    id = "STO-15" if row.kind == "link" else "STO-16"
    assert [finding.level for finding in seen(id, storage={"oddities": (row,)})] == [level]


def test_what_was_not_counted_is_not_checked() -> None:
    lost = Failure("storage.usage", "failed", "x")
    (found,) = RULES["STO-14"].findings(make.facts(failures=(lost,)))
    assert found.level == Level.NOT_CHECKED


def test_a_server_in_the_kernel_is_seen_by_its_module() -> None:
    (found,) = RULES["STO-04"].findings(golden("sles15"))
    assert found.level == Level.BLOCKER


def test_an_array_is_told_once_though_its_configuration_names_it_too() -> None:
    places = [found.where for found in RULES["STO-09"].findings(golden("el7"))]
    assert [place for place in places if "md" in place] == ["/proc/mdstat:2"]


def test_subvolumes_are_no_file_systems_with_a_size_of_their_own() -> None:
    found = {f.where: f.evidence for f in RULES["STO-02"].findings(golden("sles15"))}
    assert found["/home"] == "subvolume /@/home of /dev/vda2 (btrfs)"
    assert "/.snapshots" not in found
    assert [f.where for f in RULES["STO-22"].findings(golden("sles15"))] == ["/"]
