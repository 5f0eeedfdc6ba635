"""Hosts of a real kind, all on one target: what they serve, their jobs and their logs go on.

A web shop (Apache, PHP, MariaDB), a mail server with every agent of an operations team, and a Java
service beside PostgreSQL under load. They are asked as their own operators would ask them.
"""

from __future__ import annotations

import re
import subprocess
import uuid
from collections.abc import Iterator

import pytest
import yaml

from lab import acceptance
from lab.acceptance import STATE, Host, wait_for
from migrator.workdir import Workdir, read_json
from tests.e2e import proof
from tests.e2e.conftest import Site, lab
from tests.e2e.proof import ASKED, DOCK, JOBS, LOGS, RECIPES, STAGES, Dock

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def dock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dock]:
    base = tmp_path_factory.mktemp("hosts")
    names = [DOCK, *RECIPES]
    try:
        for name in names:
            lab("up", RECIPES.get(name, "target-debian13"), "--kind", "container", "--as", name)
        known = yaml.safe_load(lab("inventory"))["all"]["hosts"]
        site = Site(
            base / "inventory.yml",
            {name: known[name]["ansible_host"] for name in names},
            base / "work",
        )
        site.inventory.write_text(yaml.safe_dump(proof.inventory(known)))
        done = site.playbook("--tags", STAGES, "--forks", "3")
        assert done.returncode == 0, done.stdout
        lab("down", *RECIPES)  # what the containers do, they do alone
        target = Host(site.addresses[DOCK])
        made = Dock(site, target, {}, {})
        for name in RECIPES:
            made.held[name] = made.inside(name, "tail -qn1 /var/log/jobs/*.log; true")
        made.inside(
            "hosts-web", "touch -d 2020-06-01 /var/lib/systemd/timers/stamp-shop-year.timer"
        )
        made.inside("hosts-web", "echo '/usr/local/bin/note at' | at now 2>/dev/null")
        for name in RECIPES:
            launched = int(read_json(Workdir(site.work, name).launch, "launch")["launched_at"])
            made.released[name] = proof.switch(site, name, "released", launched)
        yield made
    finally:
        lab("down", *names)


@pytest.mark.parametrize("name", RECIPES)
def test_the_init_runs_without_a_failed_unit(dock: Dock, name: str) -> None:
    assert dock.inside(name, "systemctl --failed --no-legend --plain") == ""
    assert dock.inside(name, "systemctl is-system-running").strip() == "running"


@pytest.mark.parametrize(("name", "what", "command", "wanted"), ASKED)
def test_a_service_answers(dock: Dock, name: str, what: str, command: str, wanted: str) -> None:
    said = [""]

    def answered() -> bool:
        said[0] = dock.inside(name, f"{command}; true")
        return bool(re.search(wanted, said[0], re.MULTILINE))

    try:
        wait_for(answered, 60)
    except AssertionError:
        pytest.fail(f"{what} of {name} said: {said[0]}")


def test_the_exporter_answers_outside(dock: Dock) -> None:
    metrics = acceptance.get(f"http://{dock.target.address}:9100/metrics").decode()
    assert 'nodename="hosts-mail"' in metrics


@pytest.mark.parametrize("name", RECIPES)
def test_jobs_waited_for_their_release_and_no_container_started_again(
    dock: Dock, name: str
) -> None:
    begun, switched = dock.started(name), dock.released[name]
    assert switched.changed and switched.units and begun < switched.at
    ran = [int(line.split()[0]) for line in dock.held[name].splitlines()]
    assert all(moment < begun for moment in ran), "a job ran while all were held"


@pytest.mark.parametrize(("name", "kind"), JOBS)
def test_a_job_of_each_kind_runs_after_the_release(dock: Dock, name: str, kind: str) -> None:
    since = dock.released[name].at
    if kind == "daily":  # anacron remembers that it ran today, on the source
        dock.inside(name, "rm -f /var/spool/anacron/cron.daily; systemctl restart anacron")

    def ran() -> bool:
        last = dock.inside(name, f"tail -n1 /var/log/jobs/{kind}.log").split()
        return bool(last) and int(last[0]) >= since

    wait_for(ran, 150)


def test_a_job_has_its_environment_exactly(dock: Dock) -> None:
    last = dock.inside("hosts-web", "tail -n1 /var/log/jobs/cron.d.log").strip()
    assert last.endswith("user=www-data home=/var/www shop=name=Main Street, no. 5")


def test_what_a_job_says_reaches_a_person_by_mail(dock: Dock) -> None:
    since = dock.released["hosts-mail"].at
    find = f"find /home/clerk/Maildir -type f -newermt @{since} -exec grep -h ^quota {{}} +"
    wait_for(lambda: dock.inside("hosts-mail", find), 150)


def test_missed_runs_are_told(dock: Dock) -> None:
    web = {row.where: row for row in dock.released["hosts-web"].missed}
    for where in ("/etc/cron.d/shop:3", "/var/spool/cron/crontabs/clerk:1"):
        elapsed = dock.released["hosts-web"].at - dock.released["hosts-web"].since
        runs = web[where].times if where in web else 0
        assert abs(runs - elapsed / 60) < 1.1, "one a minute"


@pytest.mark.parametrize(("name", "selector", "path"), LOGS)
def test_a_line_reaches_its_file_and_the_receiver_once(
    dock: Dock, name: str, selector: str, path: str
) -> None:
    token = uuid.uuid4().hex
    dock.inside(name, f"logger -p {selector} {token}")
    wait_for(lambda: dock.inside(name, f"grep {token} {path}"), 20)
    wait_for(lambda: token in (STATE / "remote.log").read_text(errors="replace"), 20)
    assert dock.inside(name, f"grep -c {token} {path}").strip() == "1"


@pytest.mark.parametrize("name", RECIPES)
def test_a_line_of_the_journal_is_in_the_engines_logs_once(dock: Dock, name: str) -> None:
    """A syslogd that takes /dev/log for itself keeps from the journal what it gets, as before."""
    token = uuid.uuid4().hex
    dock.inside(name, f"echo {token} | systemd-cat")
    wait_for(lambda: token in dock.target.run("podman", "logs", name), 20)
    assert dock.target.run("podman", "logs", name).count(token) == 1


def test_logrotate_rotates_and_its_scripts_work(dock: Dock) -> None:
    def inside(command: str) -> str:
        return dock.inside("hosts-web", command)

    inside("logger -p local3.info before; systemctl start logrotate.service; sleep 1")
    inside("sed -i '/shop/s/ [0-9-]*:/ 2020-1-1-1:/' /var/lib/logrotate/status")
    inside("rm -f /var/log/shop/rotated; systemctl start logrotate.service")
    assert "/rotated" in inside("ls /var/log/shop/rotated /var/log/shop/app.log.1")
    inside("logger -p local3.info after-rotation")
    wait_for(lambda: inside("grep after-rotation /var/log/shop/app.log"), 20)


@pytest.mark.parametrize("name", RECIPES)
def test_verify_explains_every_difference(dock: Dock, name: str) -> None:
    done = dock.site.migrator("verify", name)
    assert done.returncode == 0 or "unit" in done.stdout, done.stdout
    verdict = read_json(Workdir(dock.site.work, name).verify, "verify")
    assert [p for p in verdict["points"] if p["result"] == "different"] == []


def test_jobs_are_held_again_and_released_again(dock: Dock) -> None:
    def active() -> str:
        with pytest.raises(subprocess.CalledProcessError) as failed:
            dock.inside("hosts-web", "systemctl is-active cron atd shop-index.timer")
        return str(failed.value.stdout)

    begun = dock.started("hosts-web")
    assert "cron.service" in proof.switch(dock.site, "hosts-web", "held").units
    assert active() == "inactive\ninactive\ninactive\n"
    assert not proof.switch(dock.site, "hosts-web", "held").changed
    again = proof.switch(dock.site, "hosts-web", "released")
    assert {"cron.service", "atd.service", "shop-index.timer"} <= set(again.units)
    assert dock.started("hosts-web") == begun
