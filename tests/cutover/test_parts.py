"""Journal, choice of units, steps of the user's own, and the prober, each by itself."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from migrator.address import Address
from migrator.cutover import switch
from migrator.cutover.ends import Ends
from migrator.cutover.journal import Journal
from migrator.cutover.prober import Point, Prober, answers, points
from migrator.cutover.scene import Scene
from migrator.cutover.services import Unit, jobs, services
from migrator.errors import RemoteFailed, StoreDamaged
from migrator.plan import Cutover, Port, Reason, Service, Switch
from migrator.plan.comparison import Probe
from tests import builders
from tests.sshd import free_port


def test_journal_survives_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "cutover.jsonl"
    journal = Journal(path)
    journal.write("attempt")
    journal.write("begun", "stop", before={"units": ["a"]})
    with path.open("a") as handle:
        handle.write('{"event": "done", "st')
    again = Journal(path)
    assert again.state == "open"
    assert (again.before("stop"), again.result("stop")) == ({"units": ["a"]}, None)
    again.write("done", "stop", result={"said": "x"})
    assert Journal(path).result("stop") == {"said": "x"}
    assert path.stat().st_mode & 0o777 == 0o600


def test_journal_keeps_what_was_found_first(tmp_path: Path) -> None:
    """What a second try finds is half done already."""
    journal = Journal(tmp_path / "j")
    journal.write("attempt")
    journal.write("begun", "stop", before={"units": ["a", "b"]})
    journal.write("begun", "stop", before={"units": ["b"]})
    assert journal.before("stop") == {"units": ["a", "b"]}
    journal.write("undone", "stop")
    assert journal.before("stop") is None and journal.result("stop") is None


def test_journal_counts_the_last_attempt(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    assert journal.state == "none"
    journal.write("attempt")
    journal.write("done", "warm", result={})
    journal.write("back")
    assert journal.state == "back"
    journal.write("attempt")
    assert journal.state == "open" and journal.result("warm") is None
    journal.write("finished")
    assert journal.state == "finished"


def test_a_damaged_journal_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "j").write_text("nonsense\n")
    with pytest.raises(StoreDamaged):
        Journal(tmp_path / "j")


def unit(name: str, sub: str = "running", **more: object) -> Unit:
    plain = Unit(name, "active", sub, "simple", (), (), "1min 30s", False, False, "success")
    return replace(plain, **more)  # type: ignore[arg-type]


def test_what_serves_stops_and_the_machine_stays() -> None:
    running = [
        *(unit("nginx.service"), unit("mariadb.service"), unit("cups.socket", "listening")),
        *(unit("ssh.service"), unit("systemd-journald.service"), unit("dbus.socket", "running")),
        *(unit("cron.service"), unit("backup.timer", "waiting")),
        *(unit("systemd-tmpfiles-clean.timer", "waiting"), unit("setup.service", "exited")),
        *(unit("chrony.service"), unit("auditd.service", refuses=True), unit("own.service")),
        *(unit("user@0.service"), unit("user@1000.service", lingers=True)),
    ]
    plan = builders.plan(
        services={"chrony.service": Service("mask", "the clock is the target's")},
        cutover=Cutover(keep={"own.service": Reason("it feeds the monitoring")}),
    )
    assert services(running, plan) == [
        *("nginx.service", "mariadb.service", "cups.socket", "user@1000.service")
    ]
    assert jobs(running) == ["cron.service", "backup.timer"]


@contextmanager
def serving(status: int = 200) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


def test_points_are_what_the_plan_publishes() -> None:
    plan = builders.plan(
        ports={"80/tcp": Port(8080), "25/tcp": Port(25), "53/udp": Port(53)},
        probes={"http://127.0.0.1:80/a?b": Probe(True)},
    )
    found = points(plan, Address("a", host="192.0.2.1"), Address("b", host="192.0.2.2"))
    assert found == [
        Point("25/tcp", ("192.0.2.1", 25), ("192.0.2.2", 25)),
        Point("80/tcp", ("192.0.2.1", 80), ("192.0.2.2", 8080), "/a?b"),
    ]
    assert points(plan, Address("a", "podman", host="box"), Address("b", host="192.0.2.2")) == []


@pytest.mark.parametrize(("status", "good"), [(200, True), (404, True), (502, False)])
def test_an_answer_is_what_a_client_takes_for_one(status: int, good: bool) -> None:
    with serving(status) as port:
        assert answers(Point("x", ("", 0), ("", 0), "/"), ("127.0.0.1", port)) is good
    assert not answers(Point("x", ("", 0), ("", 0), "/"), ("127.0.0.1", free_port()))


def test_downtime_is_from_the_last_answer_to_the_first() -> None:
    old, new = free_port(), free_port()
    with serving() as ssh:
        moved = Point("80", ("127.0.0.1", old), ("127.0.0.1", new), "/")
        stays = Point("22", ("127.0.0.1", ssh), ("127.0.0.1", ssh))
        never = Point("9", ("127.0.0.1", free_port()), ("127.0.0.1", new))
        prober = Prober([moved, stays, never])
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", old), http.server.BaseHTTPRequestHandler
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        moved_only = replace(moved, path="")
        prober = Prober([moved_only, stays, never])
        with prober.source():
            time.sleep(0.3)
            server.shutdown()
            server.server_close()
            ended = time.time()
        assert [point.name for point in prober.points] == ["80"]
        assert prober.last_answer["80"] == pytest.approx(ended, abs=0.5)
        with prober.target({"80": ended}):
            assert prober.wait(0.3) == ["80"] and prober.downtime is None
            later = http.server.ThreadingHTTPServer(
                ("127.0.0.1", new), http.server.BaseHTTPRequestHandler
            )
            threading.Thread(target=later.serve_forever, daemon=True).start()
            begun = time.time()
            assert prober.wait(5) == []
            later.shutdown()
            later.server_close()
        assert prober.downtime == pytest.approx(begun - ended, abs=0.5)


def scene(tmp_path: Path) -> Scene:
    """Only what a switch asks of it."""

    class Small:
        ends = Ends(Address("web01", host="192.0.2.1"), Address("box1", host="192.0.2.2"))
        host = "web01"

    return cast(Scene, Small())


def script(path: Path, text: str) -> Switch:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return Switch(str(path), timeout=5)


def test_scripts_switch_in_order_and_back_in_reverse(tmp_path: Path) -> None:
    line = f'echo "$0 $1 $MIGRATOR_SOURCE $MIGRATOR_TARGET" >> {tmp_path}/log'
    both = {name: script(tmp_path / name, line) for name in ("10-dns", "20-balancer")}
    assert switch.run_all(scene(tmp_path), both, "do") == " by 10-dns, 20-balancer"
    switch.run_all(scene(tmp_path), both, "undo")
    said = [line.split("/")[-1] for line in (tmp_path / "log").read_text().splitlines()]
    hosts = "192.0.2.1 192.0.2.2"
    assert said == [
        *(f"10-dns do {hosts}", f"20-balancer do {hosts}"),
        *(f"20-balancer undo {hosts}", f"10-dns undo {hosts}"),
    ]
    assert switch.run_all(scene(tmp_path), {}, "do") == ""


@pytest.mark.parametrize(
    ("text", "why"), [("echo no route; exit 3", "status 3: no route"), ("sleep 60", "no end")]
)
def test_a_script_that_fails_is_named(tmp_path: Path, text: str, why: str) -> None:
    bad = replace(script(tmp_path / "bad", text), timeout=1)
    with pytest.raises(RemoteFailed, match=why):
        switch.run_all(scene(tmp_path), {"bad": bad}, "do")


def test_tasks_of_ansible_switch_as_well(tmp_path: Path) -> None:
    tasks = tmp_path / "dns.yml"
    tasks.write_text(
        "- ansible.builtin.copy:\n"
        "    content: '{{ migrator_direction }} {{ migrator_target_name }}'\n"
        f"    dest: {tmp_path}/said\n"
    )
    assert switch.run_all(scene(tmp_path), {"dns": Switch(str(tasks))}, "undo") == " by dns"
    assert (tmp_path / "said").read_text() == "undo box1"
