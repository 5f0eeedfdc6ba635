"""Rules about secrets and security."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.assess import Level
from migrator.facts import Secret
from migrator.facts.network import Peer
from migrator.facts.packages import Package
from migrator.facts.security import Apparmor, Profile, Selinux
from migrator.facts.storage import CrypttabLine, Usage
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, seen

OLD = {"os_version": "9", "os_name": "Debian GNU/Linux 9 (stretch)"}
UNIT = "/etc/systemd/system/a.service"
METADATA = "http://169.254.169.254/latest/meta-data/"
SEALED = {"LoadCredentialEncrypted": "db:/etc/credstore.encrypted/db"}


def peer(address: str, unit: str) -> dict[str, Any]:
    return {"network": {"peers": (Peer("out", "tcp", address, 80, "a", unit, 1),)}}


CASES: Cases = {
    "SEC-01": ({"secrets": (make.secret("private-key", "/etc/tls.key"),)}, {}),
    "SEC-02": ({"users": (make.user("a", password="set"),)}, {"users": (make.user("a"),)}),
    "SEC-03": (
        {"secrets": (make.secret("setting", "/etc/app.conf", "password"),)},
        {"secrets": (make.secret("setting", "/etc/zypp/repos.d/a.repo", "credentials"),)},
    ),
    "SEC-04": (
        {"secrets": (make.secret("keytab", "/etc/krb5.keytab"),)},
        {"secrets": (make.secret("token", UNIT, "A in a.service"),)},
    ),
    "SEC-07": (
        {"security": {"selinux": Selinux("enforcing", "enforcing", "targeted")}},
        {"security": {"selinux": Selinux("disabled", "disabled", "targeted")}},
    ),
    "SEC-08": (
        {"security": {"apparmor": Apparmor(True, local=("/etc/apparmor.d/local/a",))}},
        {"security": {"apparmor": Apparmor(True, (Profile("/usr/sbin/ntpd", "enforce"),))}},
    ),
    "SEC-09": ({"security": {"fips": True}}, {}),
    "SEC-10": (
        {"secrets": (make.secret("history", "/root/.bash_history", "-p"),)},
        {"storage": {"usage": (Usage("/var/mail", 0, 0, 0, 0, 0, 0, complete=True),)}},
    ),
    "SEC-14": (peer("169.254.169.254", "app.service"), peer("169.254.169.254", "waagent.service")),
    "SEC-16": (
        {"units": (make.unit("a.service", properties=SEALED),)},
        {"units": (make.unit("a.service", properties={"LoadCredential": "db:/etc/db"}),)},
    ),
    "SEC-17": (
        {"system": OLD, "network": {"listeners": (make.listener(80),)}},
        {"network": {"listeners": (make.listener(80),)}},
    ),
    "SEC-18": (
        {"security": {"crypto_policy": "LEGACY"}},
        {"security": {"crypto_policy": "DEFAULT"}},
    ),
    "SEC-19": (
        {"secrets": (make.secret("token", UNIT, "API_TOKEN in a.service"),)},
        {"secrets": (make.secret("process", "/usr/bin/app", "API_TOKEN"),)},
    ),
}
GOLDENS: Goldens = {
    "SEC-01": ("lamp", "el7"),
    "SEC-02": ("el6", "el8"),
    "SEC-03": ("lamp", "ubuntu1804"),
    "SEC-04": ("ubuntu2204", "el7"),
    "SEC-07": ("el7", "el6"),
    "SEC-08": ("ubuntu2204", "ubuntu1404"),
    "SEC-09": ("el8", "el7"),
    "SEC-10": ("lamp", "el7"),
    "SEC-14": ("el8", "el7"),
    "SEC-16": ("ubuntu2204", "sles15"),
    "SEC-17": ("el6", "ubuntu2204"),
    "SEC-18": ("el8", "el7"),
    "SEC-19": ("ubuntu1804", "el8"),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


def test_what_the_plan_makes_a_secret_is_no_risk() -> None:
    secret = replace(make.secret("password-file", "/root/.pgpass", "PostgreSQL"), mode="0600")
    (found,) = seen("SEC-03", secrets=(secret,))
    assert (found.level, found.evidence) == (Level.INFO, "PostgreSQL, mode 0600")


def test_passwords_of_one_file_are_one_finding_and_on_a_volume_no_risk() -> None:
    rows = [("/etc/a.conf", f"p{number}", number) for number in range(1, 7)]
    rows += [("/home/ops/.env", "TOKEN", 2)]
    secrets = tuple(Secret("setting", *row) for row in rows)
    first, second = seen("SEC-03", secrets=secrets)
    assert (first.where, first.level) == ("/etc/a.conf:1", Level.RISK)
    assert first.evidence == "p1, p2, p3, p4 and 2 more"
    assert (second.where, second.level) == ("/home/ops/.env:2", Level.INFO)


def test_a_token_is_told_once_by_the_line_of_the_unit() -> None:
    drop_in = f"{UNIT}.d/db.conf"
    host = {
        "units": (make.unit("a.service", fragment=UNIT, drop_ins=(drop_in,)),),
        "secrets": (
            Secret("setting", drop_in, "DB_PASSWORD", 3),
            make.secret("token", UNIT, "DB_PASSWORD in a.service"),
        ),
    }
    (token,) = seen("SEC-19", **host)
    assert (token.where, token.evidence) == (f"{drop_in}:3", "DB_PASSWORD in a.service")
    assert seen("SEC-03", **host) == []


def test_a_weak_hash_is_named() -> None:
    users = (
        replace(make.user("a", password="set"), hash_method="md5"),
        make.user("b", password="set"),
    )
    assert seen("SEC-02", users=users)[0].evidence == "a (md5), b"


def test_changes_of_selinux_count_while_it_enforces() -> None:
    change = make.setting("/etc/selinux/targeted/active/booleans.local:1", "httpd_can", "1")
    for mode, count in (("enforcing", 3), ("permissive", 1)):
        guard = Selinux(mode, mode, "targeted", (change,), ("shop",))
        assert len(seen("SEC-07", security={"selinux": guard})) == count


def test_who_asks_the_cloud_in_a_command() -> None:
    job = make.job("cron.d", "/etc/cron.d/a:1", f"curl -s {METADATA}")
    unit = make.unit("app.service", commands=(f"/usr/bin/app --from {METADATA}",))
    found = seen("SEC-14", jobs=(job,), units=(unit,))
    assert [finding.where for finding in found] == ["app.service", "/etc/cron.d/a:1"]


def test_disks_that_open_by_themselves_are_no_risk() -> None:
    line = CrypttabLine("/etc/crypttab:1", "data", "UUID=1", "none", "luks,tpm2-device=auto", "")
    clevis = Package("clevis-luks", "16-2", "amd64", "installed")
    found = seen("SEC-16", storage={"crypttab": (line,)}, installed=(clevis,))
    assert [(f.level, f.evidence) for f in found] == [
        (Level.INFO, "data opens by tpm2-device=auto"),
        (Level.INFO, "16-2 opens disks at boot"),
    ]


def test_ports_of_a_unit_are_told_together() -> None:
    listeners = (make.listener(80), make.listener(443), make.listener(80, protocol="tcp6"))
    (found,) = seen("SEC-17", system=OLD, network={"listeners": listeners})
    assert (found.where, found.evidence) == (
        "web.service",
        "80/tcp, 443/tcp; no updates since 2022-06-30",
    )


@pytest.mark.parametrize(
    ("detail", "evidence"),
    [
        ("-p", "the option -p"),
        ("http://proxy:", "a URL that begins with http://proxy:"),
        ("bindpw", "bindpw"),
    ],
)
def test_a_password_is_named_by_what_is_before_it(detail: str, evidence: str) -> None:
    (found,) = seen("SEC-03", secrets=(make.secret("setting", "/etc/a", detail),))
    assert found.evidence == evidence
