"""What each kind of init is given inside the tree."""

from __future__ import annotations

import subprocess
from pathlib import Path

from migrator.facts.units import Unit
from migrator.plan import Plan, Service
from tests import builders as make
from tests.adapt import changes, text

INITTAB = """\
id:2:initdefault:
si::sysinit:/etc/init.d/rcS
l2:2:wait:/etc/init.d/rc 2
z6:6:respawn:/sbin/sulogin --force
pf::powerwait:/etc/init.d/powerfail start
"""
RSYSLOG = """\
[Service]
ExecStart=/usr/sbin/rsyslogd -n -iNONE
LimitNOFILE=16384
TimeoutStopSec=5
"""
ORDER = "/etc/init.d/.depend.start"


def sbin_init(**given: object) -> Plan:
    return make.plan(init="sbin-init", **given)


def sysv(name: str, **given: object) -> Unit:
    return make.unit(f"{name}.service", origin="sysv", fragment=f"/etc/init.d/{name}", **given)


OLD = {"system": {"init": "sysvinit"}}


def test_systemd_needs_nothing() -> None:
    assert changes("inits", {"/etc/inittab": INITTAB.encode()}) == {}


def test_inittab_ends_the_host_and_keeps_every_other_line() -> None:
    made = changes("inits", {"/etc/inittab": INITTAB.encode()}, sbin_init(), **OLD)
    lines = text(made["/etc/inittab"]).splitlines()
    assert lines[:5] == [
        *INITTAB.splitlines()[:3],
        "# migrator: z6:6:respawn:/sbin/sulogin --force",
        "# migrator: pf::powerwait:/etc/init.d/powerfail start",
    ]
    assert "mgp::powerfail:/sbin/init 0" in lines
    assert "mgh:0:wait:/usr/lib/migrator/end 0" in lines
    assert "mgr:6:wait:/usr/lib/migrator/end 133" in lines


def test_upstart_is_given_jobs_in_place_of_lines() -> None:
    files = {"/etc/inittab": b"id:3:initdefault:\n"}
    made = changes("inits", files, sbin_init(), system={"init": "upstart"})
    assert "/etc/inittab" not in made
    stop = text(made["/etc/init/migrator-stop.conf"])
    assert "start on power-status-changed" in stop and "telinit 0" in stop
    assert "kill -TERM 1" in text(made["/usr/lib/migrator/end"])


def test_a_unit_without_a_script_gets_one_that_is_started_first() -> None:
    plan = sbin_init(services={"rsyslog.service": Service("keep", "x")})
    files = {
        "/lib/systemd/system/rsyslog.service": RSYSLOG.encode(),
        ORDER: b"TARGETS = cron ssh\n",
    }
    made = changes("inits", files, plan, **OLD, units=(make.unit("rsyslog.service"),))
    run = text(made["/usr/lib/migrator/services/rsyslog/run"])
    assert run.endswith("ulimit -n 16384\nexec /usr/sbin/rsyslogd -n -iNONE\n")
    assert "left=50" in text(made["/etc/init.d/rsyslog"])
    assert made["/etc/init.d/rsyslog"].mode == 0o755
    assert made["/etc/rc2.d/S01rsyslog"].target == "../init.d/rsyslog"
    assert text(made[ORDER]) == "TARGETS = rsyslog cron ssh\n"


def test_nothing_is_stopped_that_was_not_started() -> None:
    units = (sysv("umountfs", enabled="disabled"), sysv("nginx"))
    plan = sbin_init(services={"umountfs.service": Service("disable", "x")})
    files = {"/etc/rc0.d/K05umountfs": "../init.d/umountfs", "/etc/rc0.d/K01nginx": "../nginx"}
    made = changes("inits", files, plan, **OLD, units=units)
    assert made["/etc/rc0.d/K05umountfs"].action == "remove"
    assert "/etc/rc0.d/K01nginx" not in made


def state(tmp_path: Path, *, up: bool, released: bool) -> str:
    """What the generated script says, with scripts of which ``bad`` fails and cron is held."""
    units = tuple(sysv(name) for name in ("good", "bad", "mute", "cron"))
    scripts = {
        "good": "case $1 in start|status) exit 0;; esac\n",
        "bad": "case $1 in\nstatus)\nexit 3;; esac\n",
        "mute": "exit 3\n",
        "cron": f"case $1 in\n status)\ntest -e {tmp_path}/released;; esac\n",
    }
    files = {f"/etc/init.d/{name}": f"#!/bin/sh\n{body}".encode() for name, body in scripts.items()}
    made = changes("inits", files, sbin_init(), **OLD, units=units)
    script = text(made["/usr/lib/migrator/state"])
    assert "/etc/init.d/mute" not in script  # it cannot be asked
    for name, body in files.items():
        path = tmp_path / name.rpartition("/")[2]
        path.write_bytes(body)
        path.chmod(0o755)
    script = script.replace("/etc/init.d/", f"{tmp_path}/").replace("/run/", f"{tmp_path}/")
    script = script.replace(f"{tmp_path}/migrator/released", f"{tmp_path}/released")
    for name, wanted in (("migrator.up", up), ("released", released)):
        if wanted:
            (tmp_path / name).touch()
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True)
    return f"{done.stdout.strip()} {done.stderr.strip()}".strip()


def test_the_state_is_in_words_of_systemd(tmp_path: Path) -> None:
    assert state(tmp_path, up=False, released=False) == "starting"
    assert state(tmp_path, up=True, released=False) == f"degraded {tmp_path}/bad"


def test_every_rendered_script_is_clean(tmp_path: Path) -> None:
    """Also of a description and a command that a stranger wrote."""
    unit = make.unit("rsyslog.service", description="a\nrm -rf / $(date)")
    body = RSYSLOG + "Environment='X=$(date) \"'\nUser=a b\nRuntimeDirectory=a;b\nUMask=0 2\n"
    plan = sbin_init(services={"rsyslog.service": Service("keep", "x")})
    made = changes("inits", {unit.fragment: body.encode()}, plan, **OLD, units=(unit,))
    scripts = [change for change in made.values() if change.content.startswith(b"#!")]
    assert len(scripts) >= 4
    for change in scripts:
        path = tmp_path / change.path.replace("/", "-")
        path.write_bytes(change.content)
        subprocess.run(
            ["shellcheck", "--shell=sh", "--exclude=SC1091,SC2016,SC2043,SC2086,SC3045", str(path)],
            check=True,
        )
