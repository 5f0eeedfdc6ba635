"""Rules about logs."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.assess import Level
from migrator.facts.daemon import Daemon
from migrator.facts.logrotate import Rotation
from migrator.facts.packages import Package
from migrator.facts.storage import StateDirectory, Usage
from migrator.facts.syslog import Journal, LogInput
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, seen

GB = 1 << 30
CONF = "/etc/rsyslog.conf:1"
RSYSLOG = (Daemon("rsyslog", "/usr/sbin/rsyslogd"),)
REMOTE = make.log("remote", "*.*", "10.0.0.9:514/udp")


def inputs(module: str, address: str = "", port: str = "", path: str = "") -> dict[str, Any]:
    return {"syslog": {"inputs": (LogInput(CONF, module, address, port, path),)}}


def rotation(*patterns: str, script: str = "") -> dict[str, Any]:
    scripts = {"postrotate": script} if script else {}
    block = Rotation("/etc/logrotate.d/a:1", patterns, scripts=scripts)
    return {"logrotate": {"rotations": (block,)}}


def logs(size: int) -> Usage:
    return Usage("/var/log", 9, size, 0, 0, 0, 0, complete=True)


CASES: Cases = {
    "LOG-01": (
        {"rules": (make.log("input", "imklog"),)},
        {"rules": (make.log("input", "imuxsock"),)},
    ),
    "LOG-02": (
        inputs("imjournal"),
        {"syslog": {**inputs("imjournal")["syslog"], "journal": Journal(persistent=True)}},
    ),
    "LOG-03": ({"rules": (REMOTE,)}, {"rules": (make.log("file", "*.*", "/var/log/syslog"),)}),
    "LOG-04": (inputs("imudp", port="514"), inputs("imudp", "127.0.0.1", "514")),
    "LOG-05": (
        {"syslog": {"journal": Journal(persistent=True)}},
        {"syslog": {"journal": Journal(storage="volatile")}},
    ),
    "LOG-06": (
        {"syslog": {"daemons": RSYSLOG}},
        {"syslog": {"daemons": RSYSLOG, "rules": (REMOTE,)}},
    ),
    "LOG-07": (
        rotation("/var/log/a", script="systemctl kill -s HUP rsyslog.service"),
        rotation("/var/log/a"),
    ),
    "LOG-08": (
        {"storage": {"mounts": (make.mount("/var/log"),)}},
        {"storage": {"mounts": (make.mount("/var"),), "usage": (logs(GB - 1),)}},
    ),
    "LOG-10": (rotation("/opt/shop/log/*.log"), rotation("/var/log/*.log", "/tmp/a.log")),
}
GOLDENS: Goldens = {
    "LOG-01": ("el6", "el7"),
    "LOG-02": ("el7", "el6"),
    "LOG-03": ("el6", "lamp"),
    "LOG-04": ("el6", "el7"),
    "LOG-05": ("el8", "el7"),
    "LOG-06": ("debian12", "el6"),
    "LOG-07": ("el6", "el7"),
    "LOG-08": ("sles15", "el6"),
    "LOG-10": ("debian12", "el6"),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


@pytest.mark.parametrize(
    ("host", "levels"),
    [
        (inputs("file", path="/proc/kmsg"), [Level.RISK]),
        (inputs("system"), [Level.WARNING]),
        (inputs("file", path="/var/log/a"), []),
    ],
)
def test_syslog_ng_and_the_kernels_log(host: dict[str, Any], levels: list[Level]) -> None:
    assert [finding.level for finding in seen("LOG-01", **host)] == levels


def test_a_syslog_ng_that_looks_before_it_reads() -> None:
    for version, fires in (("3.13.2-3", True), ("3.38.1-5", False), ("4.3.1-2", False)):
        package = Package("syslog-ng-core", version, "amd64", "installed")
        assert bool(seen("LOG-01", **inputs("system"), installed=(package,))) == fires


def test_what_forwards_logs() -> None:
    shipper = make.unit("filebeat.service")
    assert seen("LOG-06", syslog={"daemons": RSYSLOG}, units=(shipper,)) == []
    line = make.setting("/etc/systemd/journald.conf:3", "ForwardToConsole", "yes")
    console = {"daemons": RSYSLOG, "journal": Journal(settings=(line,))}
    assert seen("LOG-06", syslog=console) == []


@pytest.mark.parametrize("script", ["reload rsyslog", "initctl reload a", "/sbin/restart a"])
def test_a_script_that_speaks_to_another_init(script: str) -> None:
    found = seen("LOG-07", **rotation("/var/log/a", script=f"\t{script} || true\n"))
    assert (found[0].where, found[0].level) == ("/etc/logrotate.d/a:1", Level.WARNING)


def test_large_logs_are_a_warning() -> None:
    (found,) = seen("LOG-08", storage={"usage": (logs(3 * GB),)})
    assert (found.level, found.evidence) == (Level.WARNING, "3.0 GB in 9 files")


def test_a_log_outside_is_said_once() -> None:
    host = rotation("/opt/shop/log/*.log") | {
        "rules": (make.log("file", "local3.*", "/opt/shop/log/*.log"),),
        "storage": {"state": (StateDirectory("/opt/other", "shop"),)},
    }
    (found,) = seen("LOG-10", **host)
    assert (found.where, found.evidence) == (CONF, "/opt/shop/log/*.log")
