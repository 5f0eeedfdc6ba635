"""Rules about services: what starts, manages and watches them. Those of data, machines and programs
are in test_svc_data.py and test_svc_machine.py."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.assess import RULES, Level
from migrator.facts.services import Data, Part, Service
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, golden, seen

SOCKET = {"Listen": "0.0.0.0:9090 (Stream)"}


def service(kind: str, name: str, state: str = "running", **detail: str) -> dict[str, Any]:
    return {"services": (Service(kind, name, state, "", detail=detail),)}


def with_unit(kind: str, name: str, unit: str, **given: Any) -> dict[str, Any]:
    known = Service(kind, name, "running", "", units=(unit,))
    return {"services": (known,), "units": (make.unit(unit, **given),)}


CASES: Cases = {
    "SVC-03": (service("containers", "kubelet"), service("containers", "docker", "installed")),
    "SVC-09": (
        with_unit("guest", "qemu-guest-agent", "qemu-guest-agent.service"),
        service("guest", "open-vm-tools", "installed"),
    ),
    "SVC-10": (service("backup", "bareos-fd"), service("backup", "bareos-fd", "installed")),
    "SVC-11": (
        {"units": (make.unit("sentinelone.service"),)},
        service("security", "aide", "installed"),
    ),
    "SVC-12": (service("monitoring", "telegraf"), service("monitoring", "grafana")),
    "SVC-13": (
        service("configuration", "puppet", server="puppet.example.org"),
        with_unit("configuration", "puppet", "puppetserver.service"),
    ),
    "SVC-14": (
        service("configuration", "unattended-upgrades"),
        {"jobs": (make.job("crontab", "/etc/cron.d/x:1", "apt-get -q update"),)},
    ),
    "SVC-15": (
        {"units": (make.unit("snap-aws\\x2dcli-12.mount", sub="mounted"),)},
        {"units": (make.unit("snapd.service"), make.unit("snap.lxd.activate.service"))},
    ),
    "SVC-16": (
        {"units": (make.unit("cockpit.socket", sub="listening", properties=SOCKET),)},
        {"units": (make.unit("dbus.socket", properties={"Listen": "/run/dbus (Stream)"}),)},
    ),
}
GOLDENS: Goldens = {
    "SVC-03": ("el7", "debian11"),
    "SVC-12": ("lamp", "el7"),
    "SVC-16": ("el6", "el7"),
}
# No golden host has a snap, an agent that is not its distribution's, or an update that installs
# itself: of these only the silence is seen on one.
SILENT = {
    "SVC-09": "lamp",
    "SVC-10": "lamp",
    "SVC-11": "el7",
    "SVC-13": "el6",
    "SVC-14": "ubuntu1804",
    "SVC-15": "ubuntu2204",
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


def test_an_engine_without_containers_is_only_disabled() -> None:
    docker = Service("containers", "docker", "enabled", "20.10", data=(Data("/srv/docker", 0),))
    (found,) = seen("SVC-03", services=(docker, Service("containers", "containerd", "running", "")))
    assert (found.level, found.evidence) == (
        Level.WARNING,
        "docker 20.10 starts at boot, no container was seen; its directory is /srv/docker",
    )
    parts = (Part("container", "cache", ""),)
    holds = Service("containers", "docker", "enabled", "", parts=parts)
    (found,) = seen("SVC-03", services=(holds,))
    assert found.level == Level.OVERRIDABLE


def test_people_who_log_in_by_the_cloud_are_warned() -> None:
    assert seen("SVC-09", **service("guest", "amazon-ssm"))[0].level == Level.WARNING
    masked = seen("SVC-09", **with_unit("guest", "hyperv", "hypervkvpd.service"))
    assert [(f.level, f.evidence) for f in masked] == [(Level.INFO, "hyperv, masked by the plan")]


def test_a_guest_that_is_masked_is_silent_in_the_container() -> None:
    assert RULES["SVC-09"].verify
    gone = Service(
        "guest", "qemu-guest-agent", "installed", "", units=("qemu-guest-agent.service",)
    )
    masked = make.unit("qemu-guest-agent.service", load="masked", active="inactive")
    assert seen("SVC-09", services=(gone,), units=(masked,)) == []


@pytest.mark.parametrize(
    ("id", "command"),
    [
        ("SVC-11", "/etc/cron.daily/dailyaidecheck"),
        ("SVC-13", "/opt/puppetlabs/bin/puppet agent --onetime"),
        ("SVC-13", "ansible-pull -U https://git.example.org/x"),
        ("SVC-14", "apt-get -qy dist-upgrade"),
        ("SVC-14", "yum -y update"),
    ],
)
def test_jobs_do_it_as_well(id: str, command: str) -> None:
    (found,) = seen(id, jobs=(make.job("crontab", "/etc/crontab:9", command),))
    assert found.where == "/etc/crontab:9"


def test_blocks_of_disks_are_not_backed_up_from_within() -> None:
    assert seen("SVC-10", **service("backup", "veeam"))[0].level == Level.RISK
    assert seen("SVC-10", **service("backup", "tsm"))[0].level == Level.WARNING


def test_who_is_known_as_a_service_is_told_once() -> None:
    aide = Service("security", "aide", "running", "", units=("aide.service", "aide.timer"))
    units = (
        make.unit("aide.service", active="inactive"),
        make.unit("aide.timer", sub="waiting"),
    )
    jobs = (make.job("periodic", "/etc/cron.daily/aide", "/etc/cron.daily/aide"),)
    (found,) = seen("SVC-11", services=(aide,), units=units, jobs=jobs)
    assert found.where == "aide.timer"


def test_checksums_change_once_but_a_guard_in_the_kernel_never_starts() -> None:
    assert seen("SVC-11", **service("security", "ossec"))[0].level == Level.WARNING
    assert seen("SVC-11", **service("security", "crowdstrike"))[0].level == Level.RISK


def test_who_only_waits_for_orders_changes_nothing_by_itself() -> None:
    assert seen("SVC-13", **service("configuration", "landscape"))[0].level == Level.WARNING


@pytest.mark.parametrize(
    ("names", "level"),
    [
        (("snap-core22-1.mount",), Level.INFO),
        (("snap-shop-1.mount",), Level.RISK),
        (("snap-shop-1.mount", "snap.shop.web.service"), Level.OVERRIDABLE),
        (("snap.shop.web.service",), Level.OVERRIDABLE),
        (
            ("snap-amazon\\x2dssm\\x2dagent-9.mount", "snap.amazon-ssm-agent.a.service"),
            Level.WARNING,
        ),
    ],
)
def test_a_service_from_a_snap_is_missing(names: tuple[str, ...], level: Level) -> None:
    (found,) = seen("SVC-15", units=tuple(make.unit(name) for name in names))
    assert found.level == level
