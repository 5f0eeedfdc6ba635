"""Rules about jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.assess import Level
from migrator.facts.accounts import PamLine
from migrator.facts.cron import Job
from migrator.facts.services import Service
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, seen

A = "/etc/cron.d/a:1"


def job(command: str, **settings: str) -> Job:
    return replace(make.job("cron.d", A, command), settings=settings)


def jobs(*commands: str) -> dict[str, Any]:
    return {"jobs": tuple(job(command) for command in commands)}


def pam(control: str) -> dict[str, Any]:
    line = PamLine("cron", "session", control, "pam_loginuid.so", "", "/etc/pam.d/cron:6")
    return {"accounts": {"pam": (line,)}}


CASES: Cases = {
    "CRN-01": (jobs("/bin/true"), {"jobs": (make.job("timer", "a.timer"),)}),
    "CRN-02": (pam("required"), pam("optional")),
    "CRN-03": ({"jobs": (make.job("timer", "a.timer"),)}, {}),
    "CRN-04": (jobs("/sbin/fstrim -a"), jobs("/bin/report")),
    "CRN-05": (
        jobs("rsync -a /srv/ backup@nas.example.org:/srv/"),
        jobs("rsync -a /srv/ /backup/", "curl -s http://localhost:8080/ping", "/opt/ssh-report"),
    ),
    "CRN-06": (
        {"jobs": (job("/bin/true", MAILTO="ops@example.org"),)},
        {"jobs": (job("/bin/true", MAILTO="root"), job("/opt/mail/sort"))},
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
    "CRN-10": (
        jobs("flock -n /var/run/sync.lock /opt/sync"),
        jobs("test -e /run/systemd/system || /opt/sync", "/srv/run/sync"),
    ),
}
GOLDENS: Goldens = {
    "CRN-01": ("el6", "ubuntu1804"),
    "CRN-02": ("el7", "el6"),
    "CRN-03": ("el6", "ubuntu2204"),
    "CRN-04": ("el6", "el7"),
    "CRN-05": ("el8", "el6"),
    "CRN-06": ("el6", "el7"),
    "CRN-08": ("el6", "el7"),
    "CRN-09": ("el7", "el6"),
    "CRN-10": ("el8", "el6"),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


def test_timers_of_a_user_are_held_like_all_others() -> None:
    timer = make.job("timer", "user@1000.service/a.timer", user="ops")
    (row,) = seen("CRN-03", jobs=(timer,))
    assert (row.level, row.evidence) == (Level.WARNING, "1 jobs")


@pytest.mark.parametrize(
    "command",
    [
        "/etc/cron.daily/mdadm",
        "if [ -x /usr/share/mdadm/checkarray ]; then /usr/share/mdadm/checkarray --all; fi",
        "nice -n 19 smartctl -a /dev/sda",
        "cd / && hwclock --systohc",
        "/usr/sbin/raid-check",
    ],
)
def test_hardware_is_known_by_the_program(command: str) -> None:
    assert seen("CRN-04", jobs=(job(command),))


@pytest.mark.parametrize(
    "command",
    [
        "mysqldump shop > /srv/dump",
        "/opt/dump.sh",
        "/opt/dump/run",
        "echo fsck",
        "test -e /run/systemd/system || SERVICE_MODE=1 /sbin/e2scrub_all -A -r",
    ],
)
def test_other_programs_are_no_hardware(command: str) -> None:
    assert seen("CRN-04", jobs=(job(command),)) == []


def test_systemd_passes_over_what_is_not_for_a_container() -> None:
    timer = make.job("timer", "fstrim.timer", "fstrim.service")
    condition = ("ConditionVirtualization=!container",)
    assert seen("CRN-04", jobs=(timer,), units=(make.unit("fstrim.timer"),))
    unit = make.unit("fstrim.timer", conditions=condition)
    assert seen("CRN-04", jobs=(timer,), units=(unit,)) == []


@pytest.mark.parametrize(
    ("command", "fires"),
    [
        ("scp /a nas:/b", False),  # an alias of ~/.ssh/config, or a file with a colon
        ("scp /a nas.example.org:/b", True),
        ("ssh root@10.0.0.9 uptime", True),
        ("rsync -a /srv nas::srv", True),
        ("wget -q https://example.org/list", True),
        ("wget -q http://127.0.0.1/cron.php", False),
        ("aws s3 sync /srv s3://shop-backup", True),
        ("/usr/bin/report ops@example.org", False),
    ],
)
def test_other_hosts_are_known_by_program_and_place(command: str, fires: bool) -> None:
    assert bool(seen("CRN-05", jobs=(job(command),))) == fires


def test_mail_without_a_server_is_a_warning_and_each_address_said_once() -> None:
    mailing = (job("/a", MAILTO="ops@example.org"), job("/b", MAILTO="ops@example.org"))
    (lost,) = seen("CRN-06", jobs=mailing)
    assert lost.level == Level.WARNING
    postfix = Service("mail", "postfix", "running", "3.5")
    (sent,) = seen("CRN-06", jobs=mailing, services=(postfix,))
    assert (sent.level, sent.evidence) == (Level.INFO, "MAILTO=ops@example.org, by postfix")
