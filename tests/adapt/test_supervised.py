"""Services as a shell runs them, and the supervisor below dumb-init."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from migrator.adapt.inits import service, shell
from migrator.facts.units import Unit
from migrator.plan import Plan, Service
from tests import builders as make
from tests.adapt import Files, changes, text


def sysv(name: str, **given: object) -> Unit:
    return make.unit(f"{name}.service", origin="sysv", fragment=f"/etc/init.d/{name}", **given)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/bin/a b  c", ["/bin/a", "b", "c"]),
        ("-/bin/a 'b c' \"d e\"", ["/bin/a", "b c", "d e"]),
        ("@/bin/a shown b", ["/bin/a", "b"]),
        ("/bin/a $MORE ${MORE} x${NAME}y", ["/bin/a", "p", "q", "p q", "xvaluey"]),
        ("/bin/a $$HOME `date` ;x * \\x41", ["/bin/a", "$HOME", "`date`", ";x", "*", "A"]),
        ("/bin/a ${UNSET} $UNSET", ["/bin/a", ""]),
        (":/bin/a ${NAME}", ["/bin/a", "${NAME}"]),
        ('/bin/a "don\'t" a=b=c', ["/bin/a", "don't", "a=b=c"]),
    ],
)
def test_a_command_line_has_the_words_that_systemd_would_give_it(
    line: str, words: list[str]
) -> None:
    show = "set -f\nshow() { for word; do printf '%s\\0' \"$word\"; done; }\nshow "
    given = {"NAME": "value", "MORE": "p q", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["sh", "-c", show + shell.command(line)], env=given, capture_output=True, text=True
    )
    assert done.stdout.split("\0")[:-1] == words, done.stderr


def test_a_service_is_what_the_unit_and_its_drop_ins_say() -> None:
    unit = make.unit("web.service", drop_ins=("/etc/systemd/system/web.service.d/a.conf",))
    files = {
        unit.fragment: b"[Service]\nType=forking\nPIDFile=/var/run/web.pid\nExecStart=/opt/web\n"
        b"Environment=A=1 'B=two words' C=x=y\nUser=web\nEnvironmentFile=-/etc/default/web\n",
        unit.drop_ins[0]: b"[Service]\nExecStart=\nExecStart=/opt/web --port 1\nUMask=0027\n"
        b"RuntimeDirectory=web web/sub\nLimitSTACK=1048576\nTimeoutStopSec=1min 5s\n",
    }
    made = service.from_unit(unit, Files(files))
    assert made.start == ("/opt/web --port 1",)
    assert made.environment == (("A", "1"), ("B", "two words"), ("C", "x=y"))
    assert (made.type, made.pid_file, made.user) == ("forking", "/run/web.pid", "web")
    assert made.directories == (("/run/web", "0755"), ("/run/web/sub", "0755"))
    assert (made.limits, made.umask, made.timeout) == ((("s", "1024"),), "0027", 65)


def dumb_init(**given: object) -> Plan:
    return make.plan(init="dumb-init", **given)


def test_a_supervisor_runs_what_the_init_ran_in_its_order() -> None:
    after = {"After": ("db.service", "network.target")}
    units = (
        make.unit("web.service", dependencies=after, commands=("/opt/web",)),
        make.unit("db.service", commands=("/opt/db",)),
        make.unit("off.service", enabled="disabled", active="inactive", sub="dead"),
        make.unit("chrony.service", commands=("/x",)),
        make.unit("backup.timer", sub="waiting"),
        make.unit("systemd-logind.service", commands=("/x",)),
        make.unit("setup.service", properties={"Type": "oneshot"}, commands=("/x",)),
    )
    body = {unit.fragment: b"[Service]\nExecStart=/opt/x\n" for unit in units}
    plan = dumb_init(services={"chrony.service": Service("mask", "the clock is the target's")})
    made = changes("inits", body, plan, units=units)
    start = text(made["/usr/lib/migrator/start"])
    assert [line for line in start.splitlines() if line.startswith("sv -w 10")] == [
        "sv -w 10 start db",
        "sv -w 10 start web",
    ]
    assert start.index("force-stop web") < start.index("force-stop db")
    said = {line.split()[1]: line for line in start.splitlines() if "left out" in line}
    assert set(said) == {"chrony.service", "backup.timer", "setup.service"}
    assert "the clock is the target's" in said["chrony.service"]


def test_a_script_is_followed_by_its_process_and_one_without_runs_once() -> None:
    units = (
        sysv("web", runlevels={"2": "S02"}),
        sysv("motd", runlevels={"2": "S01"}, active=""),
        sysv("hard", runlevels={"2": "S03"}),
        sysv("other", runlevels={"5": "S01"}),
    )
    files = {"/etc/init.d/web": b"PIDFILE=/var/run/webd.pid\n"}
    plan = dumb_init(services={"hard.service": Service("disable", "x")})
    made = changes(
        "inits", files, plan, system={"init": "sysvinit", "default_target": "2"}, units=units
    )
    runs = [path for path in made if path.endswith("/run")]
    assert runs == [f"/usr/lib/migrator/services/{name}/run" for name in ("motd", "web")]
    follow = text(made["/usr/lib/migrator/services/web/run"])
    assert "for file in /run/webd.pid /run/web.pid" in follow
    assert "/etc/init.d/web start < /dev/null || exit" in follow
    assert "/etc/init.d/motd start || :" in text(made["/usr/lib/migrator/services/motd/run"])
    assert made["/usr/lib/migrator/services/web/supervise"].target.startswith("/run/")


def test_a_scheduler_waits_for_the_release_and_runs_then(tmp_path: Path) -> None:
    unit = make.unit("cron.service", commands=("/usr/sbin/cron -f",))
    body = {unit.fragment: b"[Service]\nExecStart=/bin/echo cron runs\nRestart=on-failure\n"}
    made = changes("inits", body, dumb_init(), units=(unit,))
    run = text(made["/usr/lib/migrator/services/cron/run"])
    flag = tmp_path / "released"
    script = run.replace("/run/migrator/released", str(flag))
    waiting = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True)
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.communicate(timeout=0.5)
    flag.touch()
    assert waiting.communicate(timeout=5)[0] == "cron runs\n"
    assert waiting.returncode == 0
    finish = text(made["/usr/lib/migrator/services/cron/finish"])
    assert "*) stays=0 ;;" in finish and "0) stays=1 ;;" in finish


def test_the_file_of_an_environment_is_taken_without_expanding_it(tmp_path: Path) -> None:
    unit = make.unit("a.service", commands=("/bin/a",))
    made = changes(
        "inits", {unit.fragment: b"[Service]\nExecStart=/bin/a\n"}, dumb_init(), units=(unit,)
    )
    library = tmp_path / "environment"
    library.write_text(text(made["/usr/lib/migrator/environment"]))
    given = tmp_path / "given"
    given.write_text("# no\nA=1\n B = \nC=x=y z  \nD=\"$(id) 'q'\"\nE='a b'\nF-G=1\nH=`id`")
    shown = 'printf "%s|" "$A" "$C" "$D" "$E" "$H"'
    done = subprocess.run(
        ["sh", "-c", f". {library}; environment {given}; {shown}"], capture_output=True, text=True
    )
    assert done.stdout == "1|x=y z|$(id) 'q'|a b|`id`|", done.stderr


def test_every_script_of_a_supervisor_is_clean(tmp_path: Path) -> None:
    kinds = ("simple", "forking", "oneshot")
    units = tuple(
        make.unit(
            f"{kind}.service",
            fragment=f"/etc/systemd/system/{kind}.service",
            commands=("/x",),
            description="a\nb $(c)",
        )
        for kind in kinds
    )
    body = {
        unit.fragment: (
            f"[Service]\nType={unit.name.partition('.')[0]}\nExecStart=/opt/x 'a b' $(date) ;\n"
            "User=www-data\nEnvironmentFile=-/etc/default/x\nWorkingDirectory=/srv/a b\n"
            "PIDFile=/run/x.pid\nExecStop=/bin/kill $MAINPID\nKillSignal=SIGINT\n"
            "RuntimeDirectory=x\nUMask=0027\nExecStartPre=-/bin/mkdir x\n"
        ).encode()
        for unit in units
    }
    made = changes("inits", body, dumb_init(), units=units)
    scripts = [change for change in made.values() if change.content.startswith(b"#!")]
    assert len(scripts) >= 9
    for change in scripts:
        path = tmp_path / change.path.replace("/", "-")
        path.write_bytes(change.content)
    clean = [
        "shellcheck",
        "--shell=sh",
        "--exclude=SC1091,SC2016,SC2043,SC2086,SC2154,SC2317,SC3045",
    ]
    subprocess.run([*clean, *map(str, tmp_path.iterdir())], check=True)
