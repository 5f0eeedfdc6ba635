"""Rules about services, second part: of the machine, mail, Java, licences and old runtimes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.assess import RULES, Level
from migrator.facts.literals import OwnLiteral
from migrator.facts.packages import Package
from migrator.facts.services import Data, Service
from migrator.facts.system import TimeSource
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, golden, seen

AUDITD = {"units": (make.unit("auditd.service"),)}
MAC = "52:54:00:10:00:01"
OWN = make.unit("adm.service", commands=("/usr/bin/dmidecode -s system-uuid",))


def java(*arguments: str, exe: str = "/usr/bin/java", **given: Any) -> dict[str, Any]:
    process = replace(make.process(9, " ".join(("java", *arguments))), exe=exe, **given)
    return {"processes": (process,)}


def package(name: str, version: str) -> dict[str, Any]:
    return {"installed": (Package(name, version, "amd64", "installed"),)}


def mail(**given: Any) -> Service:
    return Service("mail", "postfix", "running", "", units=("postfix.service",), **given)


def with_device(command: str, *devices: str) -> dict[str, Any]:
    return {"processes": (replace(make.process(9, command), devices=devices),)}


def literal(place: str, raw: str) -> dict[str, Any]:
    return {"literals": (OwnLiteral("mac", MAC, "/opt/cad/x.conf:2", place, raw),)}


def audited(*keys: str) -> dict[str, Any]:
    where = "/etc/audit/rules.d/audit.rules:1"
    return {"security": {"audit": tuple(make.setting(where, key, "x") for key in keys)}}


CASES: Cases = {
    "SVC-04": (
        {"units": (make.unit("gdm.service"),)},
        {"units": (make.unit("gdm.service", active="inactive"),)},
    ),
    "SVC-05": (
        {
            "services": (mail(),),
            "network": {"listeners": (make.listener(25, "postfix.service"),)},
        },
        {
            "services": (mail(data=(Data("/var/spool/postfix", 4096),)),),
            "network": {"listeners": (make.listener(25, "postfix.service", address="::1"),)},
        },
    ),
    "SVC-06": (
        {"units": (make.unit("chrony.service"),)},
        {
            "units": (
                make.unit("chrony.service", conditions=("ConditionVirtualization=!container",)),
            )
        },
    ),
    "SVC-07": ({**AUDITD, **audited("-D", "-w")}, audited("-D", "-b")),
    "SVC-08": (
        {"units": (make.unit("smartd.service"),)},
        {"units": (make.unit("smartd.service", load="masked"),)},
    ),
    "SVC-17": (java("-jar /opt/shop.jar"), java("-Xmx512m -jar /opt/shop.jar")),
    "SVC-18": (
        literal("application", f"HOSTID={MAC}"),
        literal("network", f"HWADDR={MAC}"),
    ),
    "SVC-19": (
        with_device("/opt/scale/read", "/dev/ttyUSB0"),
        with_device("/sbin/agetty ttyS0", "/dev/ttyS0"),
    ),
    "SVC-21": (package("php5-cli", "5.6.40+dfsg-0"), package("php-common", "2:93")),
}
GOLDENS: Goldens = {
    "SVC-07": ("el6", "ubuntu1404"),
    "SVC-18": ("el7", "el6"),
    "SVC-19": ("el6", "debian12live"),
    "SVC-21": ("el7", "debian12"),
}
# No golden host has a display manager, a smart disk, a mail server or a Java without -Xmx; its
# clock is kept by a process that no unit of the record starts.
SILENT = {
    "SVC-04": "el7",
    "SVC-05": "lamp",
    "SVC-06": "debian12live",
    "SVC-08": "el7",
    "SVC-17": "el7",
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


def test_desktops_over_the_network_go_on() -> None:
    (found,) = seen("SVC-04", services=(Service("other", "xrdp", "running", ""),))
    assert found.level == Level.INFO


def test_a_large_queue_is_told_by_its_size() -> None:
    (found,) = seen("SVC-05", services=(mail(data=(Data("/var/spool/postfix", 300 << 20),)),))
    assert (found.where, found.evidence) == ("/var/spool/postfix", "300 MB wait in it")


def test_of_a_disk_the_configuration_says_who_may_send_mail() -> None:
    quiet = mail(detail={"inet_interfaces": "loopback-only"})
    assert seen("SVC-05", services=(quiet,), live=False) == []
    assert seen("SVC-05", services=(mail(),), live=False)


@pytest.mark.parametrize(
    ("location", "levels"),
    [
        ("maildir:/var/vmail/%d/%n", [Level.RISK]),
        ("mbox:/srv/mail", [Level.INFO]),
        ("maildir:~/Maildir", []),
    ],
)
def test_mailboxes_want_a_volume(location: str, levels: list[Level]) -> None:
    service = Service("mail", "dovecot", "running", "", detail={"mail_location": location})
    assert [finding.level for finding in seen("SVC-05", services=(service,))] == levels


def test_whom_the_clock_asked_and_who_asks_it() -> None:
    source = TimeSource("chrony", "/etc/chrony.conf", ("ntp.example.org",), True)
    listener = make.listener(123, "chronyd.service", protocol="udp", process="chronyd")
    clock, served = seen(
        "SVC-06",
        units=(make.unit("chronyd.service"),),
        system={"time_sources": (source,)},
        network={"listeners": (listener,)},
    )
    assert clock.evidence == (
        "masked by the plan: the clock is the target's; it asks ntp.example.org"
    )
    assert (served.level, served.where) == (Level.RISK, "port 123/udp")


def test_a_masked_clock_is_silent_in_the_container() -> None:
    assert RULES["SVC-06"].verify
    masked = make.unit("chronyd.service", load="masked", active="inactive", enabled="masked")
    assert seen("SVC-06", units=(masked,)) == []


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ({**AUDITD, **audited("-a")}, Level.RISK),
        (audited("-a"), Level.WARNING),
        (AUDITD, Level.INFO),
    ],
)
def test_rules_of_audit_that_are_in_force(given: dict[str, Any], level: Level) -> None:
    (found,) = seen("SVC-07", **given)
    assert found.level == level


@pytest.mark.parametrize(
    ("exe", "level"),
    [
        ("/usr/lib/jvm/java-1.7.0-openjdk-1.7.0.261.x86_64/jre/bin/java", Level.RISK),
        ("/opt/jdk1.8.0_151/bin/java", Level.RISK),
        ("/opt/jdk1.8.0_202/bin/java", Level.WARNING),
        ("/usr/lib/jvm/java-8-openjdk-amd64/jre/bin/java", Level.WARNING),
        ("/usr/lib/jvm/java-1.8.0-openjdk-1.8.0.181-7.b13.el7.x86_64/jre/bin/java", Level.RISK),
        ("/usr/lib/jvm/java-1.8.0-openjdk-1.8.0.412.b08-2.el8.x86_64/bin/java", Level.WARNING),
        ("/usr/lib/jvm/java-17-openjdk-amd64/bin/java", Level.WARNING),
    ],
)
def test_an_old_java_does_not_see_a_limit(exe: str, level: Level) -> None:
    (found,) = seen("SVC-17", **java(exe=exe))
    assert found.level == level


def test_options_from_the_environment_are_not_known() -> None:
    assert seen("SVC-17", **java(environment_names=("JAVA_TOOL_OPTIONS",))) == []


def test_only_a_licence_is_refused_for_sure() -> None:
    (found,) = seen("SVC-18", **literal("application", f"peer={MAC}"))
    assert found.level == Level.WARNING
    (found,) = seen("SVC-18", units=(OWN,))
    assert (found.level, found.where) == (Level.WARNING, "adm.service")
    (found,) = seen("SVC-18", services=(Service("licence", "flexlm", "running", ""),))
    assert found.level == Level.OVERRIDABLE


def test_devices_of_a_container_are_its_engines() -> None:
    process = replace(make.process(9, "x"), devices=("/dev/nvidia0",), container="docker/ab")
    assert seen("SVC-19", processes=(process,)) == []


@pytest.mark.parametrize(
    ("name", "version", "fires"),
    [
        ("python2.7", "2.7.18-8+deb11u1", True),
        ("python3.11", "3.11.2-6", False),
        ("python", "2.7.5-94.el7_9", True),
        ("java-1.7.0-openjdk", "1:1.7.0.261-2.6.22.2.el7_8", True),
        ("openjdk-17-jre", "17.0.11+9-1", False),
        ("openssl", "3.0.14-1", False),
        ("openssl", "1:1.0.2k-26.el7_9", True),
        ("libssl1.0.0", "1.0.1t-1", True),
        ("php-cli", "5.4.16-48.el7", True),
        ("php-cli", "7.2.24-1.el8", False),
        ("php8.2-cli", "8.2.20-1", False),
    ],
)
def test_runtimes_by_their_packages(name: str, version: str, fires: bool) -> None:
    assert bool(seen("SVC-21", **package(name, version))) == fires
