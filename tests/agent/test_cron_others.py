"""What runs jobs beside cron: run-parts, anacron, at, fcron and systemd."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.agent.crons import DEBIAN, NOW, PASSWD, by_command, clocks, read, unit
from tests.agent.trees import grown


def test_anacron_runs_the_periodic_scripts(tmp_path: Path) -> None:
    files = {
        "usr/sbin/anacron": "",
        "etc/crontab": (
            "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n"
            "25 6 * * * root test -x /usr/sbin/anacron || ( cd / && run-parts /etc/cron.daily )\n"
        ),
        "etc/anacrontab": (
            "RANDOM_DELAY=45\n1\t5\tcron.daily\tnice run-parts \\\n  /etc/cron.daily\nodd\n"
            "@monthly 45 cron.monthly run-parts /etc/cron.monthly\n"
        ),
        "var/spool/anacron/cron.daily": "20260114\n",
        "var/spool/anacron/cron.monthly": "20260131\n",
        "etc/cron.hourly/sync": "",
        "etc/cron.daily/report": "",
        "etc/cron.monthly/bill": "",
        "etc/cron.weekly/never": "",
    }
    host, said = read(tmp_path, DEBIAN | files)
    jobs = by_command(said)
    assert jobs["nice run-parts   /etc/cron.daily"]["where"] == "/etc/anacrontab:2"
    report = jobs["/etc/cron.daily/report"]
    assert (report["by"], report["last"], report["due"], report["next"]) == (
        *("/etc/anacrontab:2", "2026-01-14", "2026-01-15", []),
    )
    assert jobs["/etc/cron.monthly/bill"]["due"] == "2026-03-03"
    assert jobs["/etc/cron.hourly/sync"]["by"] == "/etc/crontab:1"
    assert clocks(jobs["/etc/cron.hourly/sync"])[0] == "2026-01-15T13:17"
    assert jobs["/etc/cron.weekly/never"]["by"] == ""
    assert [row["where"] for row in host.unparsed] == ["/etc/anacrontab:4"]

    (tmp_path / "usr/sbin/anacron").unlink()
    report = by_command(read(tmp_path, {})[1])["/etc/cron.daily/report"]
    assert (report["by"], clocks(report)[0]) == ("/etc/crontab:2", "2026-01-16T06:25")


def test_suse_runs_its_periodic_scripts_with_a_script(tmp_path: Path) -> None:
    files = {
        "usr/sbin/cron": "",
        "etc/os-release": "ID=sles\n",
        "usr/lib/cron/run-crons": "#!/bin/bash\n",
        "etc/crontab": "-*/15 * * * * root /usr/lib/cron/run-crons\n",
        "etc/cron.daily/suse.de-backup": "",
        "etc/cron.daily/old.bak": "",
        "var/spool/cron/lastrun/cron.daily": "",
        "var/spool/cron/tabs/ops": "5 * * * * true\n",
        "var/spool/cron/deny": "guest\n",
    }
    grown(tmp_path, files)
    os.utime(tmp_path / "var/spool/cron/lastrun/cron.daily", (NOW, NOW))
    said = read(tmp_path, {})[1]
    script = by_command(said)["/etc/cron.daily/suse.de-backup"]
    assert (script["by"], script["next"]) == ("/etc/crontab:1", [])
    assert script["last"] == "2026-01-15T13:00:00+01:00"
    assert [row["where"] for row in said["ignored"]] == ["/etc/cron.daily/old.bak"]
    assert said["access"] == [{"where": "/var/spool/cron/deny", "users": ["guest"]}]
    assert [t["user"] for t in said["tables"]] == ["", "ops"]


NOTE = "/opt/note at\nif x; then {\ny\n}\nfi"
AT = (
    "#!/bin/sh\n# atrun uid=1000 gid=1000\n# mail ops 0\numask 22\n"
    'SECRET=hunter2"\n"two; export SECRET\n'
    "cd /home/ops || {\n\t echo 'Execution directory inaccessible' >&2\n\t exit 1\n}\n"
)


@pytest.mark.parametrize(
    "tail",
    [
        "/opt/note at\nif x; then {\ny\n}\nfi\n",
        "${SHELL:-/bin/sh} << 'at01'\n/opt/note at\nif x; then {\ny\n}\nfi\n\nat01\n",
    ],
)
def test_at(tmp_path: Path, tail: str) -> None:
    files = {
        "var/spool/cron/atjobs/b000010219b7f0": AT + tail,
        "var/spool/cron/atjobs/.SEQ": "1",
        "var/spool/at/odd": "x",
        "etc/at.deny": "guest\nnobody\n",
        "etc/cron.allow": "",
        "etc/passwd": PASSWD,
    }
    host, said = read(tmp_path, files)
    (job,) = said["jobs"]
    assert (job["user"], job["options"]) == ("ops", ["queue b"])
    assert job["command"].strip() == job["raw"].strip() == NOTE
    assert job["schedule"] == "2037-01-01T05:00:00+01:00"
    assert job["next"] == [{"at": 2114395200, "local": "2037-01-01T05:00:00+01:00"}]
    assert "hunter2" not in str(said)
    assert [row["where"] for row in host.unparsed] == ["/var/spool/at/odd"]
    assert said["access"] == [
        {"where": "/etc/cron.allow", "users": []},
        {"where": "/etc/at.deny", "users": ["guest", "nobody"]},
    ]


def test_timers(tmp_path: Path) -> None:
    units = [
        unit(
            "report.timer",
            Unit="job.service",
            TimersCalendar="{ OnCalendar=*-*-* 04:00:00 ; next_elapse=n/a }",
            NextElapseUSecRealtime="Fri 2026-01-16 04:03:10 CET",
            LastTriggerUSec="Thu 2026-01-15 03:00:00 UTC",
            Persistent="yes",
            RandomizedDelayUSec="5min",
        ),
        unit(
            "clean.timer",
            TimersMonotonic="{ OnBootUSec=15min ; next_elapse=15min }\n"
            "{ OnUnitActiveUSec=1d ; next_elapse=1d 21min 41.491011s }",
            NextElapseUSecMonotonic="1d 21min 41.491011s",
        ),
        unit("user@1000.service/mine.timer", "user", "ops"),
        unit("plain.service"),
    ]
    _, said = read(tmp_path, {"proc/stat": "cpu 1\nbtime 1768400000\n"}, units=units)
    report, clean, mine = said["jobs"]
    assert (report["command"], report["schedule"]) == (
        *("job.service", "OnCalendar=*-*-* 04:00:00"),
    )
    assert report["settings"] == {"Persistent": "yes", "RandomizedDelayUSec": "5min"}
    assert report["last"] == "2026-01-15T04:00:00+01:00"
    assert [run["local"] for run in report["next"]] == ["2026-01-16T04:03:10+01:00"]
    assert clean["schedule"] == "OnBootUSec=15min, OnUnitActiveUSec=1d"
    assert [run["at"] for run in clean["next"]] == [1768400000 + 86400 + 1301]
    assert (mine["user"], mine["command"]) == ("ops", "mine.service")


def test_which_cron_runs(tmp_path: Path) -> None:
    units = [unit("cron.service"), unit("fcron.service")]
    processes = [{"pid": 7, "command": ["/usr/sbin/fcron", "-f"]}]
    files = {**DEBIAN, "usr/sbin/fcron": "", "proc/7/environ": "A=b\0TZ=Etc/UTC\0"}
    files["var/spool/fcron/ops.orig"] = (
        "!mail(no)\nMAILTO=ops\n& 5 4 * * mon a b\n@bootrun(1) 30 cat x\n"
        "%nightly,lavg1(1) * 2-4 c\nls\n"
    )
    host, said = read(tmp_path, files, units=units, processes=processes)
    assert said["daemons"][0] == {
        "flavour": "fcron",
        "path": "/usr/sbin/fcron",
        "unit": "fcron.service",
        "enabled": "enabled",
        "pid": 7,
        "command": ["/usr/sbin/fcron", "-f"],
        "timezone": "Etc/UTC",
    }
    assert [(job["schedule"], job["command"], job["user"]) for job in said["jobs"]] == [
        ("& 5 4 * * mon", "a b", "ops"),
        ("@bootrun(1) 30", "cat x", "ops"),
        ("%nightly,lavg1(1) * 2-4", "c", "ops"),
    ]
    assert [row["raw"] for row in host.unparsed] == ["ls"]


def test_busybox_is_known_by_its_link(tmp_path: Path) -> None:
    (tmp_path / "usr/sbin").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/busybox").touch()
    (tmp_path / "usr/sbin/crond").symlink_to("/bin/busybox")
    said = read(tmp_path, {"etc/periodic/daily/x": "", "etc/periodic/daily/y": ""})[1]
    assert [daemon["flavour"] for daemon in said["daemons"]] == ["busybox"]
