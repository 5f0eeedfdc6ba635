"""Hooks and the unit: rendered for a hostile host, checked by shellcheck, run for real."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from migrator import hooks, quadlet
from migrator.errors import PlanInvalid
from migrator.launch import STEPS
from migrator.plan import Hook, Hooks, Network, Plan, Port, Reason, RouteChoice, Value
from tests import builders as make

HOSTILE = "$(touch pwned) `id` '; touch pwned; '\n\"{{ 7 * 7 }}\x1b[31m"


def hostile_plan() -> Plan:
    routes = {"198.51.100.0/24": RouteChoice(HOSTILE, HOSTILE)}
    steps = Hooks({"10-routes": Hook()}, {"10-report": Hook(on_failure="warn")})
    return make.plan(network=Network("old", {}, routes), hooks=steps)


def test_hostile_facts_stay_words(tmp_path: Path) -> None:
    rendered = hooks.render(hostile_plan(), make.facts(system={"fqdn": HOSTILE}))
    assert set(rendered) == {"prestart.d/10-routes", "poststop.d/10-report"}
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "nsenter").write_text('#!/bin/sh\nprintf "%s|" "$@" >> "$OUT"\n')
    (fake / "nsenter").chmod(0o755)
    (tmp_path / "step").write_text(rendered["prestart.d/10-routes"])
    out = tmp_path / "out"
    context = {"PATH": f"{fake}:/usr/bin:/bin", "OUT": str(out), "MIGRATOR_PID": "7"}
    subprocess.run(["sh", "step"], cwd=tmp_path, env=context, check=True)
    assert not (tmp_path / "pwned").exists()
    words = out.read_text().split("|")
    assert words[-4:] == ["198.51.100.0/24", "via", HOSTILE, ""]


def test_rendered_steps_pass_shellcheck(tmp_path: Path) -> None:
    rendered = hooks.render(hostile_plan(), make.facts())
    for number, text in enumerate(rendered.values()):
        (tmp_path / f"{number}.sh").write_text(text)
    subprocess.run(["shellcheck", "--severity=warning", *tmp_path.glob("*.sh")], check=True)


def test_a_step_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("#!/bin/sh\necho mine\n")
    own = make.plan(hooks=Hooks({"50-mine": Hook(script=str(tmp_path / "mine"))}, {}))
    assert hooks.render(own, make.facts()) == {"prestart.d/50-mine": "#!/bin/sh\necho mine\n"}


@pytest.mark.parametrize("hook", [Hook(), Hook(script="/none/such")])
def test_a_step_that_is_nowhere(hook: Hook) -> None:
    with pytest.raises(PlanInvalid, match="50-mine"):
        hooks.render(make.plan(hooks=Hooks({"50-mine": hook}, {})), make.facts())


def test_unit_says_what_the_plan_says() -> None:
    plan = make.plan(
        ports={"80/tcp": Port(8080, "web")},
        capabilities={"NET_ADMIN": Reason("firewall")},
        sysctls={"kernel.sem": Value("250 32000 100 128")},
        limits={"shm_size": Value("67108864"), "nofile": Value("4096:4096")},
        network=Network("old%h", {"db": "10.0.0.7"}, {}),
    )
    volume = {"name": "v", "path": "/srv/100% data"}
    secret = {"name": "s", "path": "/etc/key", "uid": 0, "gid": 5, "mode": "0640"}
    lines = quadlet.unit(plan, "old", "localhost/x:1", [volume], [secret]).splitlines()
    assert {
        "PublishPort=8080:80/tcp",
        "AddCapability=NET_ADMIN",
        'Sysctl="kernel.sem=250 32000 100 128"',
        "Ulimit=nofile=4096:4096",
        "PodmanArgs=--shm-size=67108864",
        "HostName=old%%h",
        "AddHost=db:10.0.0.7",
        "Volume=v:/srv/100%% data:nocopy",
        'Secret="s,type=mount,target=/etc/key,uid=0,gid=5,mode=0640"',
    } <= set(lines)
    assert not any("privileged" in line.lower() for line in lines)


def test_unit_refuses_a_value_of_two_lines() -> None:
    plan = make.plan(network=Network("old\nExecStartPre=/bin/evil", {}, {}))
    with pytest.raises(PlanInvalid, match="cannot be a value"):
        quadlet.unit(plan, "old", "x", [], [])


def run_steps(
    place: Path, hook: str, steps: dict[str, tuple[str, Hook]], **given: str
) -> subprocess.CompletedProcess[str]:
    """The installed runner with real scripts; ``logger`` writes to a file."""
    for name, (script, _) in steps.items():
        path = place / f"{hook}.d" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    options = {name: asdict(option) for name, (_, option) in steps.items()}
    text = json.dumps({"name": "old", "host": "old", hook: options})
    (place / "steps.json").write_text(text)
    (place / "steps").write_text(STEPS.read_text().replace('"logger"', f'"{place}/logger"'))
    (place / "logger").write_text(f'#!/bin/sh\necho "$2: $4" >> {place}/log\n')
    (place / "logger").chmod(0o755)
    state = json.dumps({"pid": 7, "root": "/rootfs"})
    return subprocess.run(
        ["/usr/bin/python3", place / "steps", hook],
        input=state,
        text=True,
        env={**os.environ, **given},
    )


def test_steps_run_in_order_with_their_context(tmp_path: Path) -> None:
    show = 'echo "$MIGRATOR_NAME $MIGRATOR_PID $MIGRATOR_ROOTFS $EXTRA"'
    steps = {"20-b": ("echo second", Hook()), "10-a": (show, Hook(env={"EXTRA": "e"}))}
    assert run_steps(tmp_path, "prestart", steps).returncode == 0
    assert (tmp_path / "log").read_text().splitlines() == [
        "migrator-10-a: old 7 /rootfs e",
        "migrator-20-b: second",
    ]


def test_a_step_that_aborts_stops_the_start(tmp_path: Path) -> None:
    steps = {"10-a": ("exit 3", Hook()), "20-b": ("echo never", Hook())}
    assert run_steps(tmp_path, "prestart", steps).returncode == 1
    assert "never" not in (tmp_path / "log").read_text()


def test_a_step_that_warns_does_not(tmp_path: Path) -> None:
    warn = Hook(on_failure="warn")
    steps = {"10-a": ("exit 3", warn), "20-b": ("echo still", Hook())}
    assert run_steps(tmp_path, "prestart", steps).returncode == 0
    assert "migrator-20-b: still" in (tmp_path / "log").read_text()


def test_a_step_is_tried_again_and_has_a_limit(tmp_path: Path) -> None:
    count = f'echo x >> {tmp_path}/tries; [ "$(wc -l < {tmp_path}/tries)" = 3 ]'
    assert run_steps(tmp_path, "prestart", {"10-a": (count, Hook(retries=2))}).returncode == 0
    slow = {"10-a": ("sleep 20", replace(Hook(), timeout=1))}
    assert run_steps(tmp_path, "prestart", slow).returncode == 1


@pytest.mark.parametrize(
    ("result", "reason"), [("success", "stopped"), ("oom-kill", "oom"), ("signal", "crashed")]
)
def test_poststop_knows_why(tmp_path: Path, result: str, reason: str) -> None:
    steps = {"10-a": ('echo "$MIGRATOR_REASON $MIGRATOR_EXIT_STATUS"', Hook())}
    run_steps(tmp_path, "poststop", steps, SERVICE_RESULT=result, EXIT_STATUS="9")
    assert (tmp_path / "log").read_text() == f"migrator-10-a: {reason} 9\n"
