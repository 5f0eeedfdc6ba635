"""One host without systemd, moved twice: under its own /sbin/init, and under dumb-init."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from lab import container, state
from lab.acceptance import Host
from migrator.carrier import Carrier
from migrator.cutover.services import Unit, jobs, services
from migrator.decode import decode
from migrator.inventory import Inventory
from migrator.plan import file as plan_file
from migrator.transport import connect

TOP = Path(__file__).resolve().parents[1]
SOURCE, TARGET = "inits", "inits-dock"
JOBS = "/var/log/rates-job.log"
STATE = "/usr/lib/migrator/state"
STOPS_WITHIN = 15  # seconds: less than any time limit after which an engine kills
BY_HAND = "/usr/bin/python3 -m http.server 7171"
INITS = ("sbin-init", "dumb-init")
pytestmark = pytest.mark.lab


@dataclass(frozen=True)
class Site:
    inventory: Path
    work: Path
    target: Host

    def migrator(self, stage: str, *words: str) -> subprocess.CompletedProcess[str]:
        given = [stage, SOURCE, "-i", str(self.inventory), "--work", str(self.work), *words]
        command = [sys.executable, "-m", "migrator.cli", *given]
        return subprocess.run(command, cwd=TOP, capture_output=True, text=True)

    def inside(self, *command: str) -> str:
        return self.target.run("podman", "exec", SOURCE, *command)

    def until(self, wanted: str, *command: str, patience: float = 20) -> float:
        """Seconds until ``command`` in the container prints ``wanted``."""
        begun = time.monotonic()
        said = ""
        while time.monotonic() < begun + patience:
            try:
                said = self.inside(*command)
            except subprocess.CalledProcessError as error:
                said = error.stdout + error.stderr
            if wanted in said:
                return time.monotonic() - begun
            time.sleep(0.1)
        raise AssertionError(f"{command} never said {wanted!r}, at last {said!r}")


def lab(*words: str) -> str:
    command = [sys.executable, "-m", "lab", *words]
    return subprocess.run(command, cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The source is read once; it may go before its containers come."""
    base = tmp_path_factory.mktemp("inits")
    try:
        for name, recipe in ((TARGET, "target-debian13"), (SOURCE, "sysv-debian12")):
            lab("up", recipe, "--kind", "container", "--as", name)
        lab("ssh", SOURCE, f"cd /srv; setsid {BY_HAND} >/dev/null 2>&1 </dev/null & sleep 1")
        (base / "inventory.yml").write_text(lab("inventory"))
        known = yaml.safe_load(lab("inventory"))["all"]["hosts"]
        site = Site(base / "inventory.yml", base / "work", Host(known[TARGET]["ansible_host"]))
        for stage in ("discover", "assess", "plan", "snapshot"):
            done = site.migrator(stage)
            assert done.returncode == 0, done.stderr
        yield site
    finally:
        lab("down", SOURCE, TARGET)


@pytest.fixture(scope="module", params=INITS)
def site(snapshot: Site, request: pytest.FixtureRequest) -> Site:
    path = snapshot.work / SOURCE / "plan.yml"
    plan = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**plan, "init": request.param, "jobs": "held"}))
    for stage in ("build", "launch"):
        done = snapshot.migrator(stage, *(["--target", TARGET] if stage == "launch" else []))
        assert done.returncode == 0, done.stderr
    return snapshot


def test_verify_finds_every_difference_explained(site: Site) -> None:
    done = site.migrator("verify", "--target", TARGET)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ten_restarts_come_up_and_stop_cleanly(site: Site) -> None:
    """Each stop is a clean end: neither the engine's time limit nor a signal ends it."""
    for _ in range(10):
        begun = time.monotonic()
        site.target.run("systemctl", "stop", SOURCE)
        assert time.monotonic() - begun < STOPS_WITHIN
        shown = site.target.run("systemctl", "show", "--property=Result,ExecMainStatus", SOURCE)
        assert "Result=success" in shown and "ExecMainStatus=0" in shown, shown
        site.target.run("systemctl", "start", SOURCE)
        site.until("running", STATE)


def test_a_service_that_is_missing_shows_in_the_state(site: Site) -> None:
    """A supervisor starts again what ends by itself, so it is asked to stop it."""
    supervised = "init: dumb-init" in (site.work / SOURCE / "plan.yml").read_text()
    nginx = ["/etc/init.d/nginx"]
    if supervised:
        nginx = ["sh", "-c", '/usr/lib/migrator/bin/sv "$0" /run/migrator.service/nginx']
    site.inside(*nginx, "stop")
    site.until("degraded", STATE)
    site.inside(*nginx, "start")
    site.until("running", STATE)


def test_its_own_daemon_has_its_environment(site: Site) -> None:
    ask = "import socket; print(socket.create_connection(('127.0.0.1', 7070)).recv(99).decode())"
    assert site.inside("python3", "-c", ask).strip() == "EUR = 1.0"


def test_what_was_started_by_hand_is_started_too(site: Site) -> None:
    ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:7171/').status)"
    site.until("200", "python3", "-c", ask)
    plan = yaml.safe_load((site.work / SOURCE / "plan.yml").read_text())
    assert [one["reviewed"] for one in plan["processes"].values()] == [False]


def test_a_log_line_reaches_its_file(site: Site) -> None:
    site.inside("logger", f"a line under {site.work}")
    site.until(f"a line under {site.work}", "cat", "/var/log/syslog")


def test_a_login_takes_less_than_a_second(site: Site) -> None:
    address = yaml.safe_load(site.inventory.read_text())["all"]["hosts"][SOURCE]["ansible_host"]
    container = Host(site.target.address, 2222, alias=address)
    begun = time.monotonic()
    assert container.run("id", "-un") == "root\n"
    assert time.monotonic() - begun < 1


def test_an_orphan_is_reaped(site: Site) -> None:
    site.inside("sh", "-c", "(sleep 0.2 &)")
    time.sleep(0.5)
    assert " Z" not in site.inside("ps", "-eo", "pid,stat,comm")


def test_no_console_is_waited_for_and_nothing_complains(site: Site) -> None:
    assert "getty" not in site.inside("ps", "-eo", "args")
    logs = site.target.run("podman", "logs", SOURCE)
    assert "permission denied" not in logs and "failed" not in logs, logs


def switched(site: Site, before: str, after: str) -> None:
    path = site.work / SOURCE / "plan.yml"
    path.write_text(path.read_text().replace(f"jobs: {before}", f"jobs: {after}"))
    done = site.migrator("launch", "--target", TARGET)
    assert done.returncode == 0, done.stderr


def test_jobs_run_once_they_are_released_and_are_held_again(site: Site) -> None:
    """Those of cron at the start of cron, those of at when they are due, which is at once."""
    assert "cron" not in site.inside("ps", "-eo", "comm").split()
    before = site.inside("cat", JOBS)
    switched(site, "held", "released")
    site.until("cron", "ps", "-eo", "comm")
    site.inside("sh", "-c", f"echo 'echo at has run >> {JOBS}' | at now")
    site.until("at has run", "cat", JOBS)
    assert site.inside("cat", JOBS).count("a job has run") == before.count("a job has run") + 1
    switched(site, "released", "held")
    site.until("none", "sh", "-c", "pgrep -x cron >/dev/null || echo none")
    site.until("running", STATE)
    switched(site, "held", "released")
    site.until("cron", "ps", "-eo", "comm")


def test_the_old_host_is_held_over_a_reboot_and_let_go(snapshot: Site) -> None:
    """What a cutover does on it and a rollback takes back, with its own scripts and links."""
    address = Inventory((str(snapshot.inventory),)).address(SOURCE)
    plan = plan_file.load(snapshot.work / SOURCE / "plan.yml", SOURCE)
    links = "find /etc/rc?.d -printf '%p %l\\n' | sort"
    host = Host(address.host)
    before = host.run("sh", "-c", links)
    with connect(address) as connection:
        units = running(Carrier(connection))
        served = {"ratesd.service", "nginx.service"}
        assert served <= set(services(units, plan)) and "cron.service" in jobs(units)
        assert "ssh.service" not in services(units, plan)
        names = [*jobs(units), *services(units, plan)]
        asked = {"units": names, "patience": 60, "jobs": 60}
        held = Carrier(connection).call("control", "hold", asked)
        assert held == {"unclean": [], "left": []}
        assert not served & {unit.name for unit in running(Carrier(connection))}
        lasting = {"lasting": True, "stop": False, "marker": "moved\n"}
        Carrier(connection).call("control", "hold", {**asked, **lasting})
    reboot(host)
    with connect(address) as connection:
        there = {unit.name for unit in running(Carrier(connection))}
        assert "ssh.service" in there and not there & set(names)
        freed = Carrier(connection).call("control", "free", {"units": names, "patience": 60})
        assert freed == {"failed": []}
        assert {*served, "cron.service"} <= {unit.name for unit in running(Carrier(connection))}
    assert host.run("sh", "-c", links) == before


def running(source: Carrier) -> list[Unit]:
    found = source.call("control", "look", {})
    assert found["init"] == "sysv"
    return [decode(Unit, row) for row in found["units"]]


def reboot(host: Host) -> None:
    machine = state.find(SOURCE)
    assert machine
    container.podman("restart", "--time=20", machine.machine)
    end = time.monotonic() + 60
    while True:
        try:
            host.run("pgrep", "-x", "sshd")
            return
        except subprocess.CalledProcessError:
            assert time.monotonic() < end, "it does not come up again"
            time.sleep(0.5)
