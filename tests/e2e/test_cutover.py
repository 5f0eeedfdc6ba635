"""A host under load is cut over and taken back, whatever is killed or fails on the way."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from lab.clients import Clients
from migrator.cutover.journal import Journal
from migrator.cutover.steps import STEPS
from migrator.cutover.steps.announce import OFF
from migrator.stages.cutover import EARLY
from tests.e2e import moving
from tests.e2e.conftest import lab, run
from tests.e2e.moving import SOURCE, TARGET, Move

pytestmark = pytest.mark.lab
SERVICES = ("ledger.service", "front.service", "nginx.service", "cron.service", "note.timer")
AHEAD = 40  # seconds: more than a start and the first step take
LEFT = (
    "find /etc/migrator /run/migrator /etc/systemd /run/systemd/system /etc/init.d"
    " -name '*migrator*' -o -name moved 2>/dev/null; true"
)


@pytest.fixture(scope="module")
def move(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Move]:
    base = tmp_path_factory.mktemp("move")
    hosts = {SOURCE: "ledger-debian12", TARGET: "target-debian13"}
    try:
        for name, recipe in hosts.items():
            lab("up", recipe, "--as", name)
        known = yaml.safe_load(lab("inventory"))["all"]["hosts"]
        path = base / "inventory.yml"
        path.write_text(yaml.safe_dump(moving.inventory(known)))
        made = Move(path, {name: known[name]["ansible_host"] for name in hosts}, base / "work")
        for stage in ("discover", "assess", "plan", "sync"):
            made.done(stage)
        yield made
    finally:
        lab("down", *hosts)


def serves(move: Move) -> None:
    """The source does, and nothing of ours is left on it."""
    said = move.source(f"systemctl is-active {' '.join(SERVICES)} atd.service; true").split()
    assert said == ["active"] * 6
    assert move.source(LEFT).strip() == ""
    assert moving.get(f"http://{move.addresses[SOURCE]}/")
    assert lab("ssh", TARGET, f"systemctl is-active {SOURCE}; true").split()[0] != "active"


def nothing_ran_twice(move: Move) -> None:
    twice = {slot: inits for slot, inits in move.jobs().items() if len(inits) > 1}
    assert twice == {}


def test_a_dry_run_names_every_step_and_changes_nothing(move: Move) -> None:
    said = move.done("cutover", "--dry-run")
    for step in STEPS:
        assert f"\n{step.name} " in f"\n{said}"
    assert "stop front.service, ledger.service, nginx.service" in said
    assert not move.journal.exists()
    serves(move)


def test_a_run_killed_at_every_step_goes_on(move: Move) -> None:
    """Before a step begins to act, and after it is done: in turns."""
    clients = Clients([move.addresses[SOURCE], move.addresses[TARGET]])
    with clients.writing():
        for number, step in enumerate(STEPS):
            more = ["--resume"] if number else []
            move.killed(("begun", "done")[number % 2], step.name, *more)
        assert move.run("cutover").returncode == 2, "an unfinished one is not begun anew"
        said = move.done("cutover", "--resume")
    assert move.state == "finished", said
    lost = set(clients.kept) - set(move.numbers(TARGET))
    assert clients.kept and not lost
    nothing_ran_twice(move)
    assert move.run("cutover").returncode == 0, "a finished one is no error"


def test_what_moved_stays_stopped_over_a_reboot(move: Move) -> None:
    """A reboot leaves nothing of /run."""
    move.source("rm -r /run/migrator /run/systemd/system/*.d; systemctl daemon-reload")
    move.source(f"systemctl start {' '.join(SERVICES)}")
    said = move.source(f"systemctl is-active {' '.join(SERVICES)}; true").split()
    assert said == ["inactive"] * len(SERVICES)
    assert TARGET in move.source("cat /etc/migrator/moved")


def test_a_finished_move_is_taken_back(move: Move) -> None:
    move.done("rollback")
    serves(move)
    nothing_ran_twice(move)
    assert "nothing was left" in move.done("rollback")


@pytest.mark.parametrize("step", ["stop", "start", "release"])
def test_a_killed_run_is_taken_back(move: Move, step: str) -> None:
    """In the middle of a step, with its program still at work on the host."""
    clients = Clients([move.addresses[SOURCE]])
    with clients.writing():
        move.killed("begun", step)
        move.done("rollback")
    serves(move)
    assert not set(clients.kept) - set(move.numbers(SOURCE))
    nothing_ran_twice(move)


def test_a_difference_takes_all_back(move: Move) -> None:
    said = move.done("cutover", "--until", "start", "--json")
    result = json.loads(said[said.index("{") : said.rindex("}") + 1])
    assert 0 < result["downtime"] < moving.PATIENCE and result["predicted"] > 0
    move.container("systemctl stop nginx.service")
    ran = move.run("cutover", "--resume")
    assert ran.returncode == 11, ran.stderr
    assert f"failed at gate, {SOURCE} serves again" in ran.stderr
    serves(move)


def test_a_service_that_has_to_be_killed_takes_all_back(move: Move) -> None:
    place = "/run/systemd/system.control/front.service.d"
    text = "[Service]\\nKillSignal=SIGCONT\\nTimeoutStopSec=1\\n"
    move.source(f"mkdir -p {place}; printf '{text}' > {place}/own.conf; systemctl daemon-reload")
    try:
        ran = move.run("cutover")
    finally:
        move.source(f"rm -r {place}; systemctl daemon-reload")
    assert ran.returncode == 15, ran.stderr
    assert (
        "failed at stop" in ran.stderr and "front.service (timeout) had to be killed" in ran.stderr
    )
    serves(move)


def test_at_its_hour_it_is_announced_and_a_step_that_fails_takes_all_back(
    move: Move, tmp_path: Path
) -> None:
    """Who is logged in reads that the host moves, and that it stays."""
    said = tmp_path / "said"
    moment = datetime.now() + timedelta(seconds=AHEAD)
    kept = move.plan.read_text()
    plan = yaml.safe_load(kept)
    for step, ends in (("announce", "true"), ("traffic", "[ $1 = undo ]")):
        script = tmp_path / step
        script.write_text(f"#!/bin/sh\necho {step} $1 >> {said}\n{ends}\n")
        script.chmod(0o755)
        plan["cutover"][step] = {"10-own": {"script": str(script)}}
    move.plan.write_text(yaml.safe_dump(plan))
    with moving.logged_in(move.addresses[SOURCE]) as terminal:
        ran = move.run("cutover", "--at", moment.isoformat(timespec="seconds"))
    move.plan.write_text(kept)
    assert ran.returncode == 15 and "failed at traffic" in ran.stderr, ran.stderr
    wanted = ["announce do", "traffic do", "traffic undo", "announce undo"]
    assert said.read_text().splitlines() == wanted
    assert "This host moves now" in terminal.text and OFF in terminal.text
    begun = {row["step"]: row["at"] for row in move.rows() if row["event"] == "begun"}
    assert begun["preflight"] < moment.timestamp() - EARLY <= begun["warm"] + 1
    serves(move)
    nothing_ran_twice(move)


@pytest.mark.parametrize(("limit", "goes_on"), [("0", False), ("60", True)])
def test_no_further_wave_begins_after_too_many_failures(
    move: Move, tmp_path: Path, limit: str, goes_on: bool
) -> None:
    """Of a wave of two one fails by its plan; what the others would do is only said."""
    known = yaml.safe_load(move.inventory.read_text())
    groups, bare = known["all"]["children"], {"migrator_target": TARGET}
    moved = groups["sources"]["hosts"]
    groups["sources"]["hosts"] = {"broken": bare, **moved, "later": bare}
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(yaml.safe_dump(known, sort_keys=False))
    plan = move.work / "broken/plan.yml"
    plan.parent.mkdir(mode=0o700, exist_ok=True)
    plan.write_text("schema: no number\n")
    ansible = str(Path(sys.executable).with_name("ansible-playbook"))
    given = ["-i", str(inventory), "-e", f"migrator_work={move.work}", "--check"]
    wave = ["-e", "migrator_wave=2", "-e", f"migrator_failures={limit}"]
    ran = run([ansible, "playbooks/cutover.yml", *given, *wave])
    assert ran.returncode != 0 and "[broken]: FAILED" in ran.stdout, ran.stdout + ran.stderr
    assert f"[{SOURCE}]" in ran.stdout
    assert ("[later]" in ran.stdout) == goes_on, ran.stdout


def test_the_source_comes_back_without_its_target(move: Move) -> None:
    """The last test: nothing can be launched afterwards."""
    move.killed("done", "start")
    lab("down", TARGET)
    ran = move.run("rollback")
    assert ran.returncode == 16, ran.stderr
    assert f"start: on {TARGET} 'systemctl stop {SOURCE}'" in ran.stderr
    said = move.source(f"systemctl is-active {' '.join(SERVICES)}; true").split()
    assert said == ["active"] * len(SERVICES)
    move.done("rollback", "--without-target")
    assert Journal(move.journal).state == "back"
