"""Units of processes that had none, and drop-ins of those that ask for too much."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.adapt.processes import unit
from migrator.facts.processes import Process
from migrator.plan import Plan, Reason, Sandbox, Started
from migrator.plan import file as plan_file
from migrator.plan.orphans import started
from migrator.plan.propose import propose
from tests import builders as make
from tests.adapt import changes, text

PLACE = "/etc/systemd/system"


def process(command: str, **given: object) -> Process:
    made = replace(make.process(50, command), unit="session-3.scope", exe="/usr/bin/python3.11")
    return replace(made, **given)  # type: ignore[arg-type]


def test_what_was_started_by_hand_gets_a_unit_to_review() -> None:
    left = process(
        "python3 /opt/shop/serve.py --port 8080",
        user="shop",
        cwd="/opt/shop",
        environment={"SHOP_HOME": "/opt/shop", "HOME": "/root", "SSH_TTY": "/dev/pts/0"},
        environment_names=("SHOP_HOME", "HOME", "SSH_TTY", "API_TOKEN"),
    )
    made = started(make.facts(processes=(left,)))
    assert made == {
        "serve.service": Started(
            "start",
            "/usr/bin/python3.11 /opt/shop/serve.py --port 8080",
            "shop",
            "/opt/shop",
            {"SHOP_HOME": "/opt/shop"},
            "API_TOKEN",
            False,
            "pid 50 ran without a unit: nothing else would start it",
        )
    }


def test_a_listener_outside_of_any_unit_gets_one_but_its_child_does_not() -> None:
    first = process("/opt/a", unit="", parent=9)
    child = replace(first, pid=51, parent=50)
    seen = tuple(make.listener(80, unit="", pid=pid) for pid in (50, 51))
    found = make.facts(processes=(first, child), network={"listeners": seen})
    assert list(started(found)) == ["a.service"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"jobs": (make.job("user", "/var/spool/cron/x:1", "/opt/a -d"),)}, "/var/spool/cron/x:1"),
        (
            {
                "units": (
                    make.unit(
                        "rc-local.service",
                        origin="rc.local",
                        fragment="/etc/rc.local",
                        commands=("/opt/a -d &",),
                    ),
                )
            },
            "/etc/rc.local",
        ),
    ],
)
def test_what_something_else_starts_gets_none(given: dict[str, object], reason: str) -> None:
    (made,) = started(make.facts(processes=(process("/opt/a -d"),), **given)).values()
    assert (made.decision, made.reason) == ("none", f"{reason} starts it")


def test_a_secret_argument_is_left_to_a_person() -> None:
    (made,) = started(make.facts(processes=(process("/opt/a --key=<redacted>"),))).values()
    assert made.decision == "none"
    assert "secret" in made.reason


BY_HAND = Started(
    "start", "/opt/a 'two words' --x", "shop", "/opt", {"A": "x y"}, "KEY", reason="by hand"
)


def test_sysvinit_is_given_a_script_in_place_of_a_unit() -> None:
    old = make.facts(processes=(process("/opt/a"),), system={"init": "sysvinit"})
    (made,) = started(old).values()
    assert made.decision == "start"
    plan = make.plan(init="sbin-init", processes={"a.service": BY_HAND})
    files = {"/etc/init.d/.depend.start": b"TARGETS = cron ssh\n", "/usr/bin/setpriv": b""}
    given = {"system": {"init": "sysvinit"}}
    assert changes("processes", files, plan, **given) == {}
    done = changes("inits", files, plan, **given)
    run = text(done["/usr/lib/migrator/services/a/run"])
    assert run.endswith("-- /opt/a 'two words' --x\n")
    assert "export A='x y'" in run and "cd /opt\n" in run
    assert "# It had these variables too; add what it needs: KEY" in run
    assert done["/etc/init.d/a"].reason == "by hand (to be reviewed)"
    assert done["/etc/rc2.d/S99a"].target == "../init.d/a"
    assert text(done["/etc/init.d/.depend.start"]) == "TARGETS = cron ssh a\n"
    assert "/etc/init.d/a" in text(done["/usr/lib/migrator/state"])
    waits = make.plan(init="sbin-init", processes={"a.service": replace(BY_HAND, decision="write")})
    done = changes("inits", files, waits, **given)
    assert "/etc/init.d/a" in done and "/etc/rc2.d/S99a" not in done
    assert "/etc/init.d/a" not in text(done["/usr/lib/migrator/state"])


def test_a_supervisor_runs_what_had_no_unit() -> None:
    plan = make.plan(init="dumb-init", processes={"a.service": BY_HAND})
    done = changes("inits", {}, plan)
    assert "two words" in text(done["/usr/lib/migrator/services/a/run"])
    start = text(done["/usr/lib/migrator/start"])
    assert "sv -w 10 start a\n" in start
    waits = make.plan(init="dumb-init", processes={"a.service": replace(BY_HAND, decision="write")})
    done = changes("inits", {}, waits)
    assert "/usr/lib/migrator/services/a/run" in done
    assert "start a\n" not in text(done["/usr/lib/migrator/start"])


def test_a_name_that_is_taken_is_not_taken_again() -> None:
    both = (process("/opt/a x"), replace(process("/opt/a y"), pid=51))
    made = started(make.facts(processes=both, units=(make.unit("a.service"),)))
    assert list(made) == ["a-own.service", "a-2.service"]


def test_the_unit_says_what_the_process_was() -> None:
    found = Started(
        "start",
        """/opt/a 'two words' '100%' '$HOME' 'a"b'""",
        "shop",
        "/opt/my app",
        {"A": "x y"},
        "B",
        False,
        "by hand",
    )
    made = changes("processes", {}, make.plan(processes={"a.service": found}))
    assert made[f"{PLACE}/multi-user.target.wants/a.service"].target == "../a.service"
    lines = text(made[f"{PLACE}/a.service"]).splitlines()
    assert r'ExecStart=/opt/a "two words" 100%% $$HOME "a\"b"' in lines
    assert 'Environment="A=x y"' in lines
    assert "WorkingDirectory=-/opt/my app" in lines
    assert "# It had these variables too; add what it needs: B" in lines
    assert made[f"{PLACE}/a.service"].reason == "by hand (to be reviewed)"
    written = make.plan(processes={"a.service": replace(found, decision="write")})
    assert list(changes("processes", {}, written)) == [f"{PLACE}/a.service"]
    none = make.plan(processes={"a.service": replace(found, decision="none")})
    assert changes("processes", {}, none) == {}


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd here")
    path = tmp_path / "a.service"
    found = Started("start", """/bin/sleep '1 0' '%' '$x' '"' ''""", "root", "/tmp", {"A": '"'})
    path.write_text(unit("a.service", found))
    command = ["systemd-analyze", "verify", "--man=no", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_settings_that_are_not_allowed_are_taken_away() -> None:
    units = (
        make.unit("a.service", properties={"TemporaryFileSystem": "/mnt", "Nice": "-5"}),
        make.unit("b.service", properties={"RootDirectory": "/srv/jail"}),
        make.unit("c.service", properties={"PrivateTmp": "yes"}),
        make.unit(
            "d.service",
            properties={"CPUSchedulingPolicy": "2"},
            active="inactive",
            enabled="disabled",
        ),
        make.unit("e.service", properties={"CPUSchedulingPolicy": "2"}, active="failed"),
    )
    found = make.facts(units=units)
    plan = propose(found, "old")
    assert {name: one.decision for name, one in plan.sandbox.items()} == {
        "a.service": "drop-in",
        "b.service": "keep",
        "e.service": "drop-in",
    }
    made = changes("sandbox", {}, make.plan(sandbox=plan.sandbox), units=units)
    path = f"{PLACE}/a.service.d/50-migrator-sandbox.conf"
    assert list(made) == [path, path.replace("a.service", "e.service")]
    assert text(made[path]).endswith("\n[Service]\nTemporaryFileSystem=\n")


def test_an_old_systemd_minds_niceness() -> None:
    units = (make.unit("a.service", properties={"Nice": "-5"}),)
    old = propose(make.facts(units=units, system={"init_version": 219}), "old")
    assert old.sandbox["a.service"].settings == {"Nice": "0"}


def test_a_dynamic_user_gets_an_account() -> None:
    units = (make.unit("a.service", properties={"DynamicUser": "yes"}),)
    plan = make.plan(sandbox=propose(make.facts(units=units), "old").sandbox)
    files = {
        "/etc/passwd": b"root:x:0:0::/:/bin/sh\nx:x:999:1::/:/x\n",
        "/etc/group": b"root:x:0:\n",
    }
    made = changes("sandbox", files, plan, units=units)
    assert text(made["/etc/passwd"]).splitlines()[-1] == "a:x:998:998:a:/:/usr/sbin/nologin"
    assert text(made["/etc/group"]).splitlines()[-1] == "a:x:998:"
    drop_in = text(made[f"{PLACE}/a.service.d/50-migrator-sandbox.conf"])
    assert drop_in.endswith("\nDynamicUser=no\nUser=a\n")


def test_what_a_dynamic_user_has_kept_stays_where_it_is() -> None:
    properties = {"DynamicUser": "yes", "StateDirectory": "a"}
    units = (make.unit("a.service", user="a", properties=properties),)
    plan = make.plan(sandbox=propose(make.facts(units=units), "old").sandbox)
    files = {"/var/lib/private/a/state": b"", "/etc/passwd": b"", "/etc/group": b""}
    drop_in = changes("sandbox", files, plan, units=units)[
        f"{PLACE}/a.service.d/50-migrator-sandbox.conf"
    ]
    assert text(drop_in).splitlines()[2:] == [
        "DynamicUser=no",
        "User=a",
        "StateDirectory=",
        "Environment=STATE_DIRECTORY=/var/lib/a",
        "ExecStartPre=+/bin/chmod 0711 /var/lib/private",
        "ExecStartPre=+/bin/chown -R a: /var/lib/private/a",
    ]


def test_a_bind_becomes_a_link_where_nothing_is() -> None:
    units = (make.unit("a.service", properties={"BindReadOnlyPaths": "/opt/x:/mnt/x /opt/y:/srv"}),)
    plan = make.plan(sandbox=propose(make.facts(units=units), "old").sandbox)
    made = changes("sandbox", {"/srv/file": b""}, plan, units=units)
    assert [(path, change.target) for path, change in made.items() if change.target] == [
        ("/mnt/x", "/opt/x")
    ]


def test_a_grant_gives_the_capability_and_leaves_the_kernels_mounts_to_the_target() -> None:
    sandbox = {"b.service": Sandbox("grant", {}, "SYS_ADMIN", "RootDirectory=/srv/jail: why")}
    mapping = plan_file.dump(make.plan(sandbox=sandbox))
    plan: Plan = plan_file.check(mapping, "plan.yml", "old")
    assert plan.capabilities == {"SYS_ADMIN": Reason("b.service: RootDirectory=/srv/jail: why")}
    made = changes("sandbox", {}, plan)
    assert made[f"{PLACE}/sys-kernel-debug.mount"].target == "/dev/null"
