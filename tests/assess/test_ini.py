"""Rules about the init, its units, and what runs without one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.assess import RULES, Level
from migrator.facts.processes import Process
from migrator.facts.services import Part, Service
from migrator.facts.units import Unit
from tests import builders as make
from tests.assess import Cases, check, seen


def units(*given: Unit, init: str = "systemd") -> dict[str, Any]:
    return {"units": given, "system": {"init": init}}


def one(name: str, *, init: str = "systemd", **given: Any) -> dict[str, Any]:
    return units(make.unit(name, **given), init=init)


def own(name: str, **properties: str) -> dict[str, Any]:
    return one(name, fragment=f"/etc/systemd/system/{name}", properties=properties)


def left(command: str, parent: int = 1, unit: str = "session-3.scope") -> dict[str, Any]:
    process: Process = replace(make.process(900, command), parent=parent, unit=unit)
    return {"processes": (process,)}


CASES: Cases = {
    "INI-01": ({"system": {"init": "sysvinit"}}, {}),
    "INI-02": (
        one("plymouth.service", init="upstart", origin="upstart"),
        one("cron.service", init="upstart", origin="upstart"),
    ),
    "INI-03": (
        one("rcS.service", init="upstart", origin="upstart", commands=("/etc/rc.d/rc.sysinit",)),
        one("rcS.service", commands=("/etc/rc.d/rc.sysinit",)),
    ),
    "INI-04": (
        one("inittab/1", init="sysvinit", origin="inittab", commands=("/sbin/mingetty tty1",)),
        one("inittab/x", init="sysvinit", origin="inittab", commands=("/opt/agettys tty1",)),
    ),
    "INI-05": (
        one("halt.service", init="upstart", origin="sysv", fragment="/etc/rc.d/init.d/halt"),
        one("halt.service", origin="sysv", fragment="/etc/init.d/halt"),
    ),
    "INI-06": (one("lvm2-monitor.service"), one("nginx.service")),
    "INI-07": (
        own("a.service", PrivateTmp="yes"),
        one("a.service", properties={"PrivateTmp": "y"}),
    ),
    "INI-08": (
        {**one("web.service", sub="exited"), "processes": (make.process(9, "/opt/webd"),)},
        one("web.service", sub="exited"),
    ),
    "INI-09": (one("a.service", active="failed"), {}),
    "INI-10": (
        one("a.service", enabled="disabled"),
        one("a.service", enabled="disabled", dependencies={"TriggeredBy": ("a.socket",)}),
    ),
    "INI-11": (
        {"network": {"listeners": (make.listener(8080, unit="session-3.scope"),)}},
        {"network": {"listeners": (make.listener(8080),)}},
    ),
    "INI-12": (
        one("a.service", load="not-found", fragment="/etc/systemd/system/x.target.wants/a.service"),
        one("a.service", load="not-found", active="inactive", fragment=""),
    ),
    "INI-13": (
        one("a.service", dependencies={"BindsTo": ("dev-sdb1.device",)}),
        one("a.service", dependencies={"After": ("dev-sdb1.device",), "Requires": ("-.mount",)}),
    ),
    "INI-14": (
        one("a.service", origin="sysv", fragment="/etc/init.d/a"),
        one("a.service", origin="sysv", fragment="/etc/init.d/a", init="sysvinit"),
    ),
    "INI-15": (
        one("user@1000.service/a.service", origin="user", fragment="/home/a/.config/a.service"),
        one("user@1000.service/dbus.service", origin="user", fragment="/usr/lib/dbus.service"),
    ),
    "INI-16": (
        {"services": (Service("supervisor", "supervisor", "running", "4.2"),)},
        {"services": (Service("supervisor", "supervisor", "installed", "4.2"),)},
    ),
    "INI-17": (
        one("mariadb.service", properties={"TimeoutStopUSec": "15min"}),
        one("nginx.service", properties={"TimeoutStopUSec": "1min 30s"}),
    ),
    "INI-18": (
        one("chrony-wait.service"),
        one("systemd-time-wait-sync.service", enabled="disabled", active="inactive"),
    ),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


def test_a_job_of_upstart_that_is_set_aside_waits_for_nothing() -> None:
    job = {"origin": "upstart", "fragment": "/etc/init/plymouth.conf"}
    (finding,) = seen("INI-02", **one("plymouth.service", init="upstart", **job))
    task = RULES["INI-02"].task
    assert task and "/etc/init/plymouth.conf.off" in str(task(finding))
    idle = one("plymouth.service", init="upstart", enabled="disabled", active="inactive", **job)
    assert seen("INI-02", **idle) == []


def test_the_consoles_of_one_file_are_one_finding() -> None:
    getty = {
        "origin": "upstart",
        "fragment": "/etc/init/tty.conf",
        "commands": ("/sbin/mingetty 1",),
    }
    ttys = [make.unit(f"tty@tty{n}.service", **getty) for n in range(6)]
    assert len(seen("INI-04", **units(*ttys, init="upstart"))) == 1
    assert seen("INI-04", **units(*ttys)) == [], "systemd has conditions of its own"


@pytest.mark.parametrize("name", ["networking.service", "iscsid.service"])
def test_what_systemd_skips_by_itself_is_not_said(name: str) -> None:
    condition = ("ConditionVirtualization=!container",)
    assert seen("INI-06", **one(name))
    assert seen("INI-06", **one(name, conditions=condition)) == []
    assert seen("INI-06", **one(name, active="inactive", enabled="disabled")) == []


@pytest.mark.parametrize(
    ("properties", "level"),
    [
        ({"DynamicUser": "yes"}, Level.RISK),
        ({"BindPaths": "/srv/a:/srv/b:rbind"}, Level.RISK),
        ({"BindPaths": "/srv/a:/srv/a:rbind", "ProtectHome": "yes"}, Level.WARNING),
        ({"LoadCredential": "key:/etc/key", "PrivateTmp": "yes"}, Level.RISK),
    ],
)
def test_systemd_insists_on_what_changes_the_view_of_files(
    properties: dict[str, str], level: Level
) -> None:
    (finding,) = seen("INI-07", **own("a.service", **properties))
    assert finding.level == level


def test_a_unit_that_the_plan_masks_may_fail() -> None:
    assert seen("INI-09", **one("chronyd.service", active="failed")) == []


@pytest.mark.parametrize(
    "given",
    [
        {"enabled": "static"},
        {"enabled": "disabled", "properties": {"Type": "dbus"}},
        {"enabled": "disabled", "dependencies": {"WantedBy": ("web.service",)}},
        {"enabled": "disabled", "sub": "exited"},
        {"active": "inactive", "properties": {"Type": "oneshot"}},
        {"active": "inactive", "properties": {"Type": "simple", "ConditionResult": "no"}},
        {
            "active": "inactive",
            "properties": {"Type": "simple"},
            "dependencies": {"TriggeredBy": ("a.timer",)},
        },
    ],
)
def test_what_others_start_or_what_ends_by_itself_is_as_booted(given: dict[str, Any]) -> None:
    assert seen("INI-10", **one("a.service", **given)) == []


def test_what_is_stopped_by_hand_comes_up_again() -> None:
    stopped = one("a.service", active="inactive", sub="dead", properties={"Type": "simple"})
    (finding,) = seen("INI-10", **stopped)
    task = RULES["INI-10"].task
    assert (finding.level, task and task(finding)) == (Level.WARNING, None)
    assert seen("INI-10", **stopped, live=False) == [], "nothing runs on a disk"


def test_the_task_that_enables_a_unit_is_for_plain_names_alone() -> None:
    (finding,) = seen("INI-10", **CASES["INI-10"][0])
    task = RULES["INI-10"].task
    assert task and "systemctl enable a.service" in str(task(finding))
    assert task(replace(finding, where="a;reboot.service")) is None
    (by_hand,) = seen("INI-10", **one("run-1.service", enabled="transient"))
    assert (by_hand.level, task(by_hand)) == (Level.RISK, None)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (left("python /home/ops/collector.py"), 1),
        (left("/usr/bin/SCREEN -dmS feed /opt/feed"), 1),
        (left("vim /etc/motd", parent=800), 0),
        (left("login -- ops"), 0),
        (left("ssh-agent"), 0),
        (left("sshd: ops@pts/0"), 0),
        (left("/usr/bin/webd", unit="web.service"), 0),
    ],
)
def test_who_outlives_a_login_was_started_by_hand(given: dict[str, Any], count: int) -> None:
    assert len(seen("INI-11", **given)) == count


def test_rc_local_and_reboot_jobs_start_without_a_unit() -> None:
    script = make.unit("rc-local.service", origin="rc.local", fragment="/etc/rc.local")
    job = replace(make.job("user", "/var/spool/cron/a:1", "/opt/feed"), schedule="@reboot")
    found = [(f.where, f.level) for f in seen("INI-11", units=(script,), jobs=(job,))]
    assert found == [("/etc/rc.local", Level.WARNING), ("/var/spool/cron/a:1", Level.INFO)]


def test_a_unit_that_needs_a_mount_needs_a_volume() -> None:
    needs = one("a.service", dependencies={"Requires": ("srv-data.mount",)})
    (finding,) = seen("INI-13", **needs)
    assert finding.level == Level.WARNING


def test_who_lingers_without_services_is_named_by_the_user() -> None:
    (finding,) = seen("INI-15", users=(replace(make.user("build"), linger=True),))
    assert finding.where == "/var/lib/systemd/linger/build"


def test_the_programs_of_a_supervisor_are_named() -> None:
    parts = (Part("program", "mailer", ""), Part("program", "queue", ""))
    service = Service("supervisor", "supervisor", "running", "4.2", parts=parts)
    (finding,) = seen("INI-16", services=(service,))
    assert "mailer, queue" in finding.evidence


def test_no_engine_waits_without_a_limit() -> None:
    (finding,) = seen("INI-17", **own("a.service", TimeoutStopUSec="infinity"))
    assert finding.level == Level.RISK
    assert seen("INI-17", **one("a@.service", properties={"TimeoutStopUSec": "1h"})) == []


def test_a_wait_that_the_plan_masks_is_good_to_know() -> None:
    (finding,) = seen("INI-18", **one("NetworkManager-wait-online.service"))
    assert finding.level == Level.INFO
