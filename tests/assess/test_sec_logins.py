"""Rules about security, second part: who comes in, and what he may become."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.assess import RULES, Level
from migrator.facts.accounts import Directory, User
from migrator.facts.network import NameService
from migrator.facts.packages import Package
from migrator.facts.security import Privileged, SshdSetting
from migrator.facts.storage import Oddity, StateDirectory
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, seen


def sshd(key: str, value: str, match: str = "") -> SshdSetting:
    return SshdSetting("/etc/ssh/sshd_config:3", match, key, value)


def root(password: str = "set") -> User:
    return make.user("root", 0, password)


def logins(*lines: SshdSetting, **given: Any) -> dict[str, Any]:
    return {"users": (root(),), "security": {"sshd": lines}, **given}


def openssh(version: str) -> Package:
    return Package("openssh-server", version, "amd64", "installed")


def asks(kind: str, word: str, *servers: str, database: str = "passwd") -> dict[str, Any]:
    line = NameService("/etc/nsswitch.conf:1", database, ("files", word))
    directory = Directory(kind, "/etc/directory.conf", "example.org", "", servers)
    return {"network": {"nsswitch": (line,)}, "accounts": {"directories": (directory,)}}


CASES: Cases = {
    "SEC-05": (asks("sssd", "sss"), asks("sssd", "nis")),
    "SEC-06": (
        {"storage": {"oddities": (Oddity("owner", "/srv/a", "5001", 3, 9),)}},
        {"storage": {"oddities": (Oddity("sparse", "/srv/a", "", 3, 9),)}},
    ),
    "SEC-11": (
        {"security": {"privileged": (Privileged("/opt/app/run", "4755", 0, 0, ""),)}},
        {
            "security": {
                "privileged": (
                    Privileged("/usr/bin/sudo", "4755", 0, 0, ""),
                    Privileged("/opt/app/ping", "0755", 0, 0, "cap_net_raw=ep"),
                )
            }
        },
    ),
    "SEC-12": (
        {"sudo": (make.setting("/etc/sudoers:4", "%wheel", "ALL=(ALL) NOPASSWD: ALL"),)},
        {
            "sudo": (
                make.setting("/etc/sudoers:1", "Defaults", "!requiretty"),
                make.setting("/etc/sudoers:2", "root", "ALL=(ALL) ALL"),
                make.setting("/etc/sudoers:3", "Cmnd_Alias", "NOPASSWD = /bin/true"),
            )
        },
    ),
    "SEC-13": (
        logins(sshd("PermitRootLogin", "yes")),
        logins(sshd("PermitRootLogin", "no"), sshd("PermitRootLogin", "yes")),
    ),
}
GOLDENS: Goldens = {
    "SEC-05": ("el7", "lamp"),
    "SEC-06": ("lamp", "debian12"),
    "SEC-11": ("lamp", "el7"),
    "SEC-12": ("el6", "el8"),
    "SEC-13": ("el6", "el7"),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


@pytest.mark.parametrize(
    ("host", "level"),
    [
        (asks("nis", "nis"), Level.RISK),
        (asks("nis", "nis", "10.0.0.3"), Level.WARNING),
        (asks("nslcd", "ldap", "ldap://a", database="group"), Level.WARNING),
        (asks("nis", "nis", database="hosts"), None),
        (asks("kerberos", "files"), None),
    ],
)
def test_a_directory_counts_when_users_come_from_it(
    host: dict[str, Any], level: Level | None
) -> None:
    assert [finding.level for finding in seen("SEC-05", **host)] == (
        [] if level is None else [level]
    )


@pytest.mark.parametrize(
    ("host", "evidence"),
    [
        (logins(installed=(openssh("5.3p1-124.el6"),)), "PermitRootLogin is yes by default"),
        (logins(installed=(openssh("1:8.4p1-5"),)), None),
        (logins(sshd("PermitRootLogin", "yes"), sshd("PasswordAuthentication", "no")), None),
        (logins(sshd("PermitRootLogin", "yes", "User a")), None),
        (logins(sshd("PermitRootLogin", "yes"), users=(root("locked"),)), None),
        (logins(sshd("PermitEmptyPasswords", "yes")), "permitemptypasswords yes"),
        (logins(sshd("Protocol", "2,1")), "protocol 2,1"),
        ({"users": (make.user("a", password="none"),)}, "a needs no password"),
    ],
)
def test_weak_logins(host: dict[str, Any], evidence: str | None) -> None:
    found = [finding.evidence for finding in seen("SEC-13", **host)]
    assert found == [] if evidence is None else found[0].startswith(evidence)


def test_requiretty_is_taken_back_by_a_task() -> None:
    line = make.setting("/etc/sudoers:1", "Defaults", "requiretty, env_reset")
    (found,) = seen("SEC-12", sudo=(line,))
    task = RULES["SEC-12"].task
    assert task
    made = task(found)
    assert made and "visudo -c -f /etc/sudoers" in made["ansible.builtin.raw"]
    assert task(replace(found, where="/etc/x; reboot:1")) is None
    assert task(replace(found, evidence="ops ALL=(ALL) NOPASSWD: ALL")) is None


def test_a_program_on_a_volume_gives_no_rights() -> None:
    host = {
        "security": {"privileged": (Privileged("/opt/app/run", "2755", 0, 50, ""),)},
        "storage": {"state": (StateDirectory("/opt/app", "app"),)},
    }
    (found,) = seen("SEC-11", **host)
    assert (found.level, found.evidence) == (Level.RISK, "mode 2755 of uid 0, gid 50, on a volume")
