"""Every rule has a host where it fires and one where it is silent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from migrator.assess import RULES, Assessment, Level, assess
from migrator.facts import Failure, Unparsed
from migrator.facts.network import FirewallRule
from migrator.facts.storage import FstabLine
from migrator.plan import Waiver
from tests import builders as make

TOP = Path(__file__).resolve().parents[1]
DEVICE = FstabLine("/etc/fstab:2", "UUID=1-2", "/", "ext4", "defaults", "UUID=1-2 / ext4")
TMPFS = FstabLine("/etc/fstab:3", "tmpfs", "/tmp", "tmpfs", "defaults", "tmpfs /tmp tmpfs")

# rule -> (facts where it fires, facts where it is silent)
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "OSR-01": ({"system": {"os_version": "11"}}, {}),
    "INI-01": ({"system": {"init": "sysvinit"}}, {}),
    "INI-05": (
        {"units": (make.unit("a.service", origin="sysv", fragment="/etc/init.d/a"),)},
        {"units": (make.unit("a.service"),)},
    ),
    "INI-07": (
        {
            "units": (
                make.unit(
                    "a.service",
                    fragment="/etc/systemd/system/a.service",
                    properties={"PrivateTmp": "yes"},
                ),
            )
        },
        {"units": (make.unit("a.service", fragment="/etc/systemd/system/a.service"),)},
    ),
    "INI-09": ({"units": (make.unit("a.service", active="failed"),)}, {}),
    "INI-11": (
        {"network": {"listeners": (make.listener(8080, unit="session-3.scope"),)}},
        {"network": {"listeners": (make.listener(8080),)}},
    ),
    "INI-12": ({"system": {"init_version": 219}}, {"system": {"init_version": 0}}),
    "IDN-01": ({}, {"system": {"machine_id": ""}}),
    "IDN-02": ({"secrets": (make.secret("ssh-host-key", "/etc/ssh/ssh_host_rsa_key"),)}, {}),
    "FCT-01": ({"unparsed": (Unparsed("cron", "/etc/crontab:3", "???"),)}, {}),
    "FCT-02": ({"failures": (Failure("network.routes", "failed", "ip: not found"),)}, {}),
    "STO-01": ({"storage": {"fstab": (DEVICE,)}}, {"storage": {"fstab": (TMPFS,)}}),
    "STO-02": (
        {"storage": {"mounts": (make.mount("/srv/data"),)}},
        {"storage": {"mounts": (make.mount("/"),)}},
    ),
    "STO-03": (
        {"storage": {"mounts": (make.mount("/mnt", "network", "nfs4"),)}},
        {"storage": {"mounts": (make.mount("/mnt"),)}},
    ),
    "STO-04": (
        {"units": (make.unit("nfs-server.service"),)},
        {"units": (make.unit("nfs-server.service", active="inactive"),)},
    ),
    "STO-10": ({"storage": {"swaps": (make.swap("/dev/vdc"),)}}, {}),
    "SVC-01": ({"units": (make.unit("postgresql@13-main.service"),)}, {}),
    "SVC-03": ({"units": (make.unit("docker.service"),)}, {}),
    "SVC-12": ({"units": (make.unit("zabbix-agent.service"),)}, {}),
    "KRN-10": ({"units": (make.unit("libvirtd.service"),)}, {}),
    "CRN-01": (
        {"jobs": (make.job("cron.d", "/etc/cron.d/a:1"),)},
        {"jobs": (make.job("timer", "a.timer"),)},
    ),
    "CRN-03": ({"jobs": (make.job("timer", "a.timer"),)}, {}),
    "CRN-04": (
        {"jobs": (make.job("cron.d", "/etc/cron.d/a:1", "/sbin/fstrim -a"),)},
        {"jobs": (make.job("cron.d", "/etc/cron.d/a:1", "/bin/report"),)},
    ),
    "CRN-08": (
        {"jobs": (make.job("at", "/var/spool/cron/atjobs/a1"),)},
        {"jobs": (make.job("user", "/var/spool/cron/crontabs/a:1"),)},
    ),
    "CRN-09": (
        {
            "jobs": (make.job("timer", "a.timer"),),
            "units": (make.unit("a.timer", fragment="/etc/systemd/system/a.timer"),),
        },
        {"jobs": (make.job("timer", "a.timer"),), "units": (make.unit("a.timer"),)},
    ),
    "LOG-01": (
        {"rules": (make.log("input", "imklog"),)},
        {"rules": (make.log("input", "imuxsock"),)},
    ),
    "LOG-03": (
        {"rules": (make.log("remote", "*.*", "10.0.0.9:514/udp"),)},
        {"rules": (make.log("file", "*.*", "/var/log/syslog"),)},
    ),
    "NET-08": (
        {"network": {"firewall": (FirewallRule("nft", "/etc/nftables.conf:1", "flush ruleset"),)}},
        {},
    ),
    "NET-12": (
        {"network": {"routes": (make.route("198.51.100.0/24"),)}},
        {"network": {"routes": (make.route("default"), make.route("10.0.0.0/8", "", "kernel"))}},
    ),
    "KRN-06": (
        {"sysctls": (make.setting("/etc/sysctl.d/a.conf:1", "vm.swappiness", "10"),)},
        {"sysctls": (make.setting("/usr/lib/sysctl.d/a.conf:1", "vm.swappiness", "10"),)},
    ),
    "KRN-07": (
        {"sysctls": (make.setting("/etc/sysctl.d/a.conf:1", "net.core.somaxconn", "1024"),)},
        {"sysctls": (make.setting("/etc/sysctl.d/a.conf:1", "net.core.rmem_max", "1024"),)},
    ),
    "APP-08": (
        {"limits": (make.setting("/etc/security/limits.conf:1", "* hard nofile", "2000000"),)},
        {"limits": (make.setting("/etc/security/limits.conf:1", "* hard nofile", "4096"),)},
    ),
    "SEC-01": ({"secrets": (make.secret("private-key", "/etc/tls.key"),)}, {}),
    "SEC-02": ({"users": (make.user("a", password="set"),)}, {"users": (make.user("a"),)}),
    "SEC-03": ({"secrets": (make.secret("password-file", "/root/.pgpass"),)}, {}),
    "SEC-04": ({"secrets": (make.secret("token", "/etc/systemd/system/a.service"),)}, {}),
}


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("name", CASES)
def test_rule_fires_where_it_should_and_only_there(name: str) -> None:
    fires, silent = CASES[name]
    assert RULES[name].findings(make.facts(**fires))
    assert RULES[name].findings(make.facts(**silent)) == []


@pytest.mark.parametrize(
    ("lost", "level"),
    [
        (Failure("network", "failed", "x"), Level.NOT_CHECKED),
        (Failure("network.listeners", "absent", "x"), Level.NOT_CHECKED),
        (Failure("network.listeners", "limited", "x"), None),
        (Failure("network.routes", "absent", "x"), None),
        (Failure("net", "absent", "x"), None),
    ],
)
def test_what_was_not_looked_at_does_not_pass_for_fine(lost: Failure, level: Level | None) -> None:
    """INI-11 looks at listeners and at nothing else."""
    found = RULES["INI-11"].findings(make.facts(failures=(lost,)))
    assert [finding.level for finding in found] == ([] if level is None else [level])


def test_what_fires_is_said_although_facts_are_missing() -> None:
    lost = Failure("network.listeners", "denied", "x")
    (found,) = RULES["INI-11"].findings(make.facts(**CASES["INI-11"][0], failures=(lost,)))
    assert found.level == Level.RISK


def test_fit_follows_the_highest_level() -> None:
    assert assess(make.facts(system={"machine_id": ""})).fit == "ready"
    assert assess(make.facts(**CASES["STO-01"][0])).fit == "ready-with-changes"
    assert assess(make.facts(**CASES["SVC-03"][0])).fit == "needs-work"
    assert assess(make.facts(**CASES["KRN-10"][0])).fit == "keep-as-vm"


def test_nothing_is_promised_on_half_of_the_facts() -> None:
    broken = make.facts(failures=(Failure("units", "failed", "systemctl: timed out"),))
    assert assess(broken).fit == "not-enough-data"
    assert assess(make.facts(privileged=False)).fit == "not-enough-data"


def test_a_waived_blocker_blocks_no_more() -> None:
    judged = assess(make.facts(**CASES["KRN-10"][0]))
    assert [finding.id for finding in judged.blockers({}, "2026-12-31")] == ["KRN-10"]
    waived = {"KRN-10": Waiver("guests are gone", "ops", "2027-01-01")}
    assert judged.blockers(waived, "2027-01-01") == []
    assert judged.blockers(waived, "2027-01-02") != [], "it has expired"


def test_most_serious_first_and_the_same_again_from_json() -> None:
    judged = assess(make.facts(**CASES["KRN-10"][0] | CASES["STO-01"][0]))
    levels = [finding.level for finding in judged.findings]
    assert levels == sorted(levels, reverse=True)
    assert Assessment.from_json(judged.to_json()) == judged
    assert Level(judged.findings[0].level).word == "blocker"


def test_levels_are_frozen() -> None:
    assert {level.word: int(level) for level in Level} == {
        "not-checked": 0,
        "info": 10,
        "warning": 20,
        "risk": 30,
        "overridable": 40,
        "blocker": 50,
    }


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("findings", "findings.md"),
        ("assessment", "assessment.md"),
        ("schema", "assessment.schema.json"),
    ],
)
def test_what_is_written_of_assessments_is_fresh(form: str, name: str) -> None:
    command = [sys.executable, "-m", "migrator.assess.document", form]
    written = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True).stdout
    assert written == (TOP / "docs" / name).read_text(), (
        f"run: {' '.join(command[1:])} > docs/{name}"
    )
