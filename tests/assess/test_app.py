"""Rules about applications."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.assess import RULES, Level
from migrator.facts.packages import ChangedFile, Package
from migrator.facts.security import Privileged, SshdSetting
from migrator.facts.services import Part, Service
from migrator.facts.software import LanguageModule, Tree
from migrator.facts.storage import StateDirectory
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, golden, seen

SESSIONS = "/var/lib/php/sessions"


def changed(path: str, *changes: str, config: bool = False) -> dict[str, Any]:
    return {"packages": {"changed": (ChangedFile(path, "sudo", changes, config),)}}


def package(name: str, status: str = "installed") -> dict[str, Any]:
    return {"installed": (Package(name, "1.0-1", "all", status),)}


def sshd(key: str, value: str) -> dict[str, Any]:
    return {"security": {"sshd": (SshdSetting("/etc/ssh/sshd_config:9", "", key, value),)}}


def limit(key: str, value: str) -> dict[str, Any]:
    return {"limits": (make.setting("/etc/security/limits.conf:1", key, value),)}


def php(*parts: Part, **detail: str) -> dict[str, Any]:
    return {"services": (Service("web", "php-fpm", "running", "", detail=detail, parts=parts),)}


def setuid(path: str) -> dict[str, Any]:
    return {"security": {"privileged": (Privileged(path, "4755", 0, 0, ""),)}}


CASES: Cases = {
    "APP-01": (
        {"software": {"trees": (Tree("/opt/shop", "shop", "shop", 3, 3 << 20, False, ()),)}},
        {},
    ),
    "APP-02": (
        changed("/usr/bin/sudo", "digest", "size"),
        changed("/etc/sudoers", "digest", config=True),
    ),
    "APP-03": (package("zfs-dkms"), package("zfs-dkms", "config-files")),
    "APP-04": (
        {"processes": (make.process(9, "/srv/app/bin/celery -A shop beat"),)},
        {"processes": (make.process(9, "/srv/app/bin/celery -A shop worker"),)},
    ),
    "APP-05": (
        php(),
        {**php(), "storage": {"state": (StateDirectory(SESSIONS, "www-data"),)}},
    ),
    "APP-06": (sshd("ChrootDirectory", "/srv/sftp/%u"), sshd("ChrootDirectory", "none")),
    "APP-07": (
        {"jobs": (make.job("user", "root:1", "/sbin/shutdown -r now"),)},
        {"jobs": (make.job("user", "root:1", "/opt/reboot-report/run --no-halt; date -u"),)},
    ),
    "APP-08": (limit("* hard nofile", "2000000"), limit("* hard nofile", "4096")),
    "APP-09": (
        {"units": (make.unit("media.service", properties={"Nice": "-5"}),)},
        {"units": (make.unit("media.service", properties={"Nice": "5", "OOMScoreAdjust": "100"}),)},
    ),
    "APP-10": (setuid("/opt/oracle/bin/oracle"), setuid("/usr/bin/sudo")),
}
GOLDENS: Goldens = {
    "APP-01": ("el7", "el8"),
    "APP-02": ("el6", "lamp"),
    "APP-05": ("lamp", "el6"),
    "APP-08": ("ubuntu1804", "ubuntu1404"),
    "APP-09": ("ubuntu1804", "el7"),
    "APP-10": ("lamp", "el7"),
}
# No golden host builds modules, has a scheduler or a jail of its own, or restarts itself: of these
# only the silence is seen on one.
SILENT = {
    "APP-03": "el7",
    "APP-04": "debian11",
    "APP-06": "lamp",
    "APP-07": "el6",
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


@pytest.mark.parametrize("id", SILENT)
def test_golden_hosts_without_it_are_not_blamed(id: str) -> None:
    assert RULES[id].findings(golden(SILENT[id])) == []


def test_modules_of_a_place_are_told_together() -> None:
    place = "/usr/local/lib/python3.11/dist-packages"
    names = ("flask", "gunicorn", "redis", "six")
    modules = tuple(LanguageModule("pip", name, "1", place, "") for name in names)
    (found,) = seen("APP-01", software={"modules": modules})
    assert (found.where, found.evidence) == (place, "pip: flask 1, gunicorn 1, redis 1 and 1 more")


def test_a_changed_program_counts_more_than_a_missing_file() -> None:
    found = RULES["APP-02"].findings(golden("el6"))
    assert [(f.level, f.where, f.evidence) for f in found] == [
        (Level.WARNING, "/usr/bin/legacy", "mtime, size, digest of legacy"),
        (Level.INFO, "/usr/share/legacy/data", "missing of legacy"),
    ]


def test_prelink_and_compiled_python_are_nobodys_change() -> None:
    assert seen("APP-02", **changed("/usr/lib/python2.7/os.pyc", "digest")) == []
    assert seen("APP-02", **changed("/usr/bin/sudo", "mtime")) == []


def test_a_scheduler_below_a_supervisor_is_seen_too() -> None:
    part = Part("program", "beat", "/etc/supervisor/conf.d/beat.conf", {"command": "celery -B x"})
    service = Service("supervisor", "supervisor", "enabled", "", parts=(part,))
    (found,) = seen("APP-04", services=(service,))
    assert found.where == "/etc/supervisor/conf.d/beat.conf"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (php(**{"session.save_path": "/srv/sessions"}), []),
        (php(**{"session.save_path": "2;/var/tmp/sessions"}), ["/var/tmp/sessions"]),
        (php(**{"session.save_handler": "redis"}), []),
        (
            php(
                Part("pool", "www", "/etc/p.conf", {"php_value[session.save_path]": "/opt/s"}),
                **{"session.save_path": "/srv/sessions"},
            ),
            ["/opt/s"],
        ),
    ],
)
def test_sessions_of_php_are_where_it_was_told(given: dict[str, Any], expected: list[str]) -> None:
    found = seen("APP-05", **given)
    assert [finding.evidence.rpartition(" ")[2] for finding in found] == expected


def test_a_jail_of_binds_does_not_start() -> None:
    (found,) = seen("APP-06", units=(make.unit("named-chroot.service"),))
    assert found.level == Level.RISK


@pytest.mark.parametrize(
    ("command", "level"),
    [
        ("reboot", Level.RISK),
        ("[ -e /run/x ] && systemctl reboot", Level.RISK),
        ("/usr/sbin/hwclock --systohc", Level.WARNING),
        ("date --set='2026-01-01'", Level.WARNING),
    ],
)
def test_orders_to_the_machine(command: str, level: Level) -> None:
    (found,) = seen("APP-07", jobs=(make.job("user", "root:1", command),))
    assert found.level == level


def test_stock_units_of_the_init_may_end_the_host() -> None:
    stock = make.unit("systemd-reboot.service", commands=("/bin/systemctl reboot",))
    own = make.unit("night.service", fragment="/etc/systemd/system/night.service")
    assert seen("APP-07", units=(stock,)) == []
    assert seen("APP-07", units=(make.unit(**{**vars(own), "commands": ("/sbin/halt",)}),))


@pytest.mark.parametrize(
    ("key", "value", "level"),
    [
        ("oracle hard memlock", "unlimited", Level.WARNING),
        ("oracle soft memlock", "3145728", Level.INFO),
        ("oracle - nproc", "2000000", Level.WARNING),
    ],
)
def test_only_a_hard_limit_ends_sessions(key: str, value: str, level: Level) -> None:
    (found,) = seen("APP-08", **limit(key, value))
    assert found.level == level


def test_the_target_must_allow_as_many_files() -> None:
    task = RULES["APP-08"].task
    (found,) = seen("APP-08", **limit("* hard nofile", "2000000"))
    assert task and (task(found) or {})["name"] == "Set fs.nr_open"
    (found,) = seen("APP-08", **limit("oracle hard memlock", "unlimited"))
    assert task(found) is None


@pytest.mark.parametrize(("version", "level"), [(219, Level.RISK), (252, Level.INFO)])
def test_an_old_systemd_insists_on_the_priority(version: int, level: Level) -> None:
    unit = make.unit("media.service", properties={"Nice": "-5"})
    (found,) = seen("APP-09", units=(unit,), system={"init_version": version})
    assert found.level == level


def test_what_every_host_has_is_not_told() -> None:
    unit = make.unit("dbus.service", properties={"OOMScoreAdjust": "-900"})
    assert seen("APP-09", units=(unit,)) == []
