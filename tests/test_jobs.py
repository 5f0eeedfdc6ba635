"""Jobs are held and released while the container runs; what was missed meanwhile is told."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from migrator import jobs
from migrator.facts.cron import Job, Run
from migrator.runtime import jobs as runtime
from migrator.runtime import launch
from migrator.runtime.engines.quadlet import Quadlet
from migrator.runtime.run import Explained
from tests import builders as make

# A container that notes what it is asked; its systemd knows two schedulers, a timer that another
# condition rules out, and units that nobody holds.
INSIDE = """\
#!/bin/sh
echo "$*" >> "{log}"
case "$*" in
    true) [ -e "{runs}" ] ;;
    find*) printf '%s\\n' /var/spool/cron/atjobs/a0000101b00000 \
        /var/spool/cron/atjobs/a000020f000000 /var/spool/cron/atjobs/.SEQ ;;
    *"--user show"*) ;;
    "systemctl show"*) cat "{show}" ;;
    *linger*) echo clerk:1000 ;;
esac
"""
FAILING = """\
#!/bin/sh
case "$*" in
    "systemctl start"*) exit 1 ;;
    "systemctl show"*) cat "{show}" ;;
esac
"""
SHOW = """\
Id={0}
ActiveState={1}
ConditionResult={2}
ConditionTimestampMonotonic={3}
DropInPaths=/etc/systemd/system/{0}.d/50-migrator-hold.conf
"""
FREE = "Id=ssh.service\nActiveState=inactive\nConditionResult=no\nConditionTimestampMonotonic=9\n"
NOON = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())
MINUTE = 60


class Container:
    def __init__(self, place: Path) -> None:
        self.log, self.show, self.runs = (place / name for name in ("log", "show", "runs"))
        self.flag = place / "web" / "run" / "released"
        self.program = place / "inside"
        text = INSIDE.format(log=self.log, show=self.show, runs=self.runs)
        self.program.write_text(text)
        self.program.chmod(0o755)
        self.runs.touch()
        self.units(("cron.service", "inactive", "no", 5))

    def units(self, *rows: tuple[str, str, str, int]) -> None:
        self.show.write_text("\n".join([FREE, *(SHOW.format(*row) for row in rows)]))

    def switch(self, wanted: str, **given: Any) -> dict[str, Any]:
        self.log.write_text("")
        params = {"name": "web", "jobs": wanted, "init": "systemd", "catch_up": "run_once"}
        return runtime.switch([str(self.program)], {**params, "check": False, **given})

    def asked(self, words: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if words in line]


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Container:
    monkeypatch.setattr(runtime, "STATE", tmp_path)
    return Container(tmp_path)


def test_a_release_starts_what_waited_and_nothing_else(container: Container) -> None:
    container.units(
        ("cron.service", "inactive", "no", 5),
        ("apt-daily.timer", "inactive", "no", 6),
        ("never-wanted.timer", "inactive", "no", 0),
    )
    done = container.switch("released")
    assert container.asked("systemctl start") == ["systemctl start cron.service apt-daily.timer"]
    assert container.flag.exists()
    assert done["changed"] and done["since"] == 0 and done["at"] > 0
    assert [job["due"] for job in done["overdue"]] == [0x1B00000 * 60]
    assert container.asked("mv") == [], "an overdue job of at is run by atd itself"


def test_it_is_done_once(container: Container) -> None:
    first = container.switch("released")
    again = container.switch("released")
    assert (again["changed"], again["at"]) == (False, first["at"])
    assert container.log.read_text() == ""


def test_a_hold_stops_what_runs_so_that_a_release_finds_it(container: Container) -> None:
    released = container.switch("released")
    container.units(("cron.service", "active", "yes", 5), ("e2scrub.timer", "inactive", "no", 5))
    held = container.switch("held")
    assert container.asked("systemctl restart") == ["systemctl restart cron.service"]
    assert not container.flag.exists()
    assert held["since"] == released["at"]


def test_skipping_puts_overdue_jobs_aside_and_sets_stamps(container: Container) -> None:
    container.switch("released", catch_up="skip")
    assert container.asked("mv") == [
        "mv /var/spool/cron/atjobs/a0000101b00000 /var/spool/migrator-skipped"
    ]
    assert container.asked("anacron") and container.asked("/var/lib/systemd/timers")


def test_what_broke_off_is_done_again(container: Container) -> None:
    container.program.write_text(FAILING.format(show=container.show))
    with pytest.raises(Explained, match="cannot be switched"):
        container.switch("released")
    assert runtime.state("web") == "unfinished"
    assert (
        launch._with_jobs(Quadlet(), {"name": "web", "jobs": "released"}, [])[0].action
        == "release the jobs"
    )


def test_a_container_that_does_not_run_can_only_be_held(container: Container) -> None:
    container.switch("released")
    container.runs.unlink()
    assert container.switch("held")["units"] == []
    assert not container.flag.exists()
    with pytest.raises(Explained, match="the container web does not run"):
        container.switch("released")
    assert runtime.state("web") == "held"


def test_a_check_changes_nothing(container: Container) -> None:
    assert container.switch("released", check=True)["changed"] is True
    assert not container.flag.parent.exists() and container.log.read_text() == ""


def test_launch_holds_first_and_releases_last(container: Container) -> None:
    step = launch.Step("start web.service", lambda: None)

    def actions(wanted: str) -> list[str]:
        steps = launch._with_jobs(Quadlet(), {"name": "web", "jobs": wanted}, [step])
        return [made.action for made in steps]

    assert actions("released") == ["start web.service", "release the jobs"]
    assert actions("held") == ["start web.service"]
    container.switch("released")
    assert actions("held") == ["hold the jobs", "start web.service"]


def test_init_scripts_of_a_runlevel_are_switched(tmp_path: Path) -> None:
    """The script for the shell, on a tree of its own."""
    scripts, links = tmp_path / "etc/init.d", tmp_path / "etc/rc2.d"
    scripts.mkdir(parents=True)
    links.mkdir()
    for name, guard in (("cron", "# /run/flag"), ("atd", "# /run/flag"), ("ssh", "")):
        (scripts / name).write_text(f'#!/bin/sh\n{guard}\necho "{name} $1" >> {tmp_path}/log\n')
        (scripts / name).chmod(0o755)
    for name in ("S03cron", "K01atd", "S02ssh"):
        (links / name).symlink_to(scripts / name[3:])
    text = runtime.SCRIPTS.replace("/etc/", f"{tmp_path}/etc/")
    said = subprocess.run(
        ["sh", "-c", text, "sh", "start", "/run/flag"], capture_output=True, text=True, check=True
    )
    assert said.stdout == "cron\n"
    assert (tmp_path / "log").read_text() == "cron start\n"


def due(*jobs_: Job, since: int = NOON, until: int = NOON + 10 * MINUTE, **given: Any) -> list[Any]:
    found = make.facts(cron={"jobs": jobs_}, **given)
    return list(jobs.missed(found, since, until, "run_once"))


def test_missed_runs_are_counted() -> None:
    line = Job("cron.d", "/etc/cron.d/a:1", "root", "*/3 * * * *", "/bin/a", "")
    (row,) = due(line)
    assert (row.due, row.times, row.made_up) == ("2026-03-01T12:03:00+00:00", 3, False)
    assert due(line, until=NOON + MINUTE) == []


def test_the_hosts_clock_counts() -> None:
    noon = Job("user", "/var/spool/cron/crontabs/a:1", "a", "5 13 * * *", "/bin/a", "")
    assert due(noon, system={"timezone": "Europe/Berlin"})[0].due == "2026-03-01T13:05:00+01:00"
    assert due(noon) == []


def test_what_makes_up_for_its_runs_is_told() -> None:
    run = Run(NOON + MINUTE, "2026-03-01T12:01:00+00:00")
    late = Run(NOON + 3600, "2026-03-01T13:00:00+00:00")
    rows = due(
        Job("timer", "a.timer", "", "OnCalendar=…", "a.service", "", next=(run,)),
        Job(
            *("timer", "b.timer", "", "OnCalendar=…", "b.service", ""),
            settings={"Persistent": "yes"},
            next=(run,),
        ),
        Job("timer", "c.timer", "", "OnCalendar=…", "c.service", "", next=(late,)),
        Job("at", "/var/spool/at/a1", "ops", "", "/bin/x", "", next=(run,)),
        Job("anacron", "/etc/anacrontab:9", "root", "1 5 daily", "run-parts", "", due="2026-03-01"),
        Job(
            *("periodic", "/etc/cron.daily/x", "root", "daily", "/etc/cron.daily/x", ""),
            by="/etc/anacrontab:9",
        ),
    )
    assert [(row.where, row.made_up) for row in rows] == [
        ("a.timer", False),
        ("b.timer", True),
        ("/var/spool/at/a1", True),
        ("/etc/cron.daily/x", True),
    ]


def test_the_runtime_is_asked_and_its_answer_kept() -> None:
    class Target:
        name = "dock"

        def call(self, program: str, verb: str, params: dict[str, Any]) -> dict[str, Any]:
            assert (program, verb) == ("runtime", "jobs")
            assert params["jobs"] == "released" and params["catch_up"] == "run_once"
            return {"changed": True, "since": 0, "at": NOON + 600, "units": ["cron.service"]}

    line = Job("cron.d", "/etc/cron.d/a:1", "root", "*/3 * * * *", "/bin/a", "")
    found = make.facts(cron={"jobs": (line,)})
    target: Any = Target()
    unknown = jobs.switch(target, "web", make.plan(), found, "released")
    assert unknown.missed == () and unknown.units == ("cron.service",)
    known = jobs.switch(target, "web", make.plan(), found, "released", since=NOON)
    assert [row.where for row in known.missed] == ["/etc/cron.d/a:1"]
