"""Hooks and the unit: rendered for a hostile host, checked by shellcheck, run for real."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from migrator import hooks
from migrator.errors import PlanInvalid
from migrator.hooks import volumes
from migrator.hooks.generated import GENERATED
from migrator.hooks.volumes import Inside, Top, Volumes
from migrator.plan import (
    Hook,
    Hooks,
    ModuleChoice,
    Network,
    PathChoice,
    Plan,
    Reason,
    RouteChoice,
    RuleChoice,
    Value,
)
from tests import builders as make

HOSTILE = "$(touch pwned) `id` '; touch pwned; '\n\"{{ 7 * 7 }}\x1b[31m"
WARN = Hook(on_failure="warn")
ALL = Hooks(
    {name: WARN for name in ("05-modules", "10-routes", "20-sysctls", "30-volumes")},
    {name: WARN for name in ("10-report", "20-clean")},
    {f"/srv/{HOSTILE}": Reason(HOSTILE)},
)


def hostile_plan() -> Plan:
    return make.plan(
        network=Network(
            "old",
            {},
            {
                "198.51.100.0/24": RouteChoice(HOSTILE, HOSTILE),
                f"2001:db8::/32 table {HOSTILE}": RouteChoice("2001:db8::1", HOSTILE),
            },
            {HOSTILE: RuleChoice(f"from {HOSTILE}", HOSTILE, HOSTILE)},
        ),
        sysctls={f"net.ipv4.conf.{HOSTILE}.rp_filter": Value(HOSTILE, HOSTILE)},
        modules={HOSTILE: ModuleChoice(False, HOSTILE), "nbd": ModuleChoice(True, HOSTILE)},
        devices={HOSTILE: Reason(HOSTILE)},
        paths={"/srv": PathChoice("volume"), "/var/log": PathChoice("volume")},
        hooks=ALL,
    )


def hostile_volumes() -> Volumes:
    inside = (Inside(HOSTILE, f"/{HOSTILE}", HOSTILE),)
    return Volumes((Top(HOSTILE, 0, 5, "755"),), inside, inside)


@pytest.fixture
def hostile() -> dict[str, str]:
    facts = make.facts(system={"fqdn": HOSTILE})
    return hooks.render(hostile_plan(), facts, hostile_volumes())


def test_every_generated_step_is_rendered_for_a_hostile_host(hostile: dict[str, str]) -> None:
    assert set(hostile) == set(GENERATED)


def test_hostile_facts_stay_words(hostile: dict[str, str], tmp_path: Path) -> None:
    """The steps are run: what they would do is done by tools that only say with which words."""
    said = run(hostile, tmp_path, "nsenter", "modprobe", "journalctl")
    assert not (tmp_path / "pwned").exists()
    assert ("ip", "-4", "route", "replace", "198.51.100.0/24", "via", HOSTILE, "table", "main") in [
        words[-9:] for words in said
    ]
    rule = ("ip", "-4", "rule", "add", "priority", HOSTILE, "from", *HOSTILE.split())
    assert (*rule, "lookup", HOSTILE) in [words[5:] for words in said]
    assert ("modprobe", "--", "nbd") in said or Path("/sys/module/nbd").exists()


def run(steps: dict[str, str], place: Path, *replaced: str, **given: str) -> list[tuple[str, ...]]:
    """The words with which the ``replaced`` tools were called by ``steps``."""
    fake = place / "bin"
    fake.mkdir(exist_ok=True)
    for name in replaced:
        say = f"{{ printf '%s\\037' {name} \"$@\"; printf '\\036'; }} >> \"$OUT\""
        script = f"#!/bin/sh\n{say}\n"
        (fake / name).write_text(script)
        (fake / name).chmod(0o755)
    out = place / "out"
    context = {"PATH": f"{fake}:/usr/bin:/bin", "OUT": str(out), "MIGRATOR_PID": "7"}
    context |= {"MIGRATOR_MOUNTS": "", "MIGRATOR_NAME": "old", "MIGRATOR_REASON": "stopped"}
    context |= {"MIGRATOR_CAUSE": "was stopped"} | given
    for text in steps.values():
        (place / "step").write_text(text.replace("/var/lib/migrator", str(place)))
        subprocess.run(["sh", "step"], cwd=place, env=context, capture_output=True)
    calls = out.read_text().split("\036")[:-1] if out.exists() else []
    return [tuple(call.split("\037")[:-1]) for call in calls]


def test_rendered_steps_pass_shellcheck(hostile: dict[str, str], tmp_path: Path) -> None:
    """Quoted words that look like commands are what is wanted here: they alone may be doubted."""
    tame = hooks.render(make.plan(hooks=ALL), make.facts(), Volumes())
    for number, text in enumerate([*hostile.values(), *tame.values()]):
        (tmp_path / f"{number}.sh").write_text(text)
    command = ["shellcheck", "--exclude=SC2016,SC2317", *tmp_path.glob("*.sh")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_volumes_are_dressed_and_nothing_outside_of_them(tmp_path: Path) -> None:
    volume, outside = tmp_path / "volume", tmp_path / "outside"
    for directory in (volume / "bin", outside):
        directory.mkdir(parents=True)
    for path in (volume / "bin/run", volume / "a.pid", volume / "kept", outside / "run"):
        path.write_text("")
        path.chmod(0o644)
    (volume / "link").symlink_to(outside)
    plan = make.plan(
        paths={"/srv": PathChoice("volume")},
        hooks=replace(ALL, clean={"/srv/bin": Reason("a spool"), "/srv/link": Reason("evil")}),
    )
    mine = Volumes(
        (Top("/srv", 0, 0, "711"),),
        (Inside("/srv", "/bin/run", "a unit"), Inside("/srv", "/link/run", "evil")),
        (Inside("/srv", "/a.pid", "a pid file"), Inside("/srv", "/link/run", "evil")),
    )
    steps = hooks.render(plan, make.facts(), mine)
    mounts = {"MIGRATOR_MOUNTS": f"/other\t/nowhere\n/srv\t{volume}\n"}
    volume.chmod(0o700)
    run({"": steps["prestart.d/30-volumes"]}, tmp_path, **mounts)
    assert volume.stat().st_mode & 0o7777 == 0o711
    assert (volume / "bin/run").stat().st_mode & 0o111
    assert not (outside / "run").stat().st_mode & 0o111
    run({"": steps["poststop.d/20-clean"]}, tmp_path, **mounts)
    assert sorted(path.name for path in volume.iterdir()) == ["bin", "kept", "link"]
    assert list((volume / "bin").iterdir()) == []
    assert (outside / "run").exists()


def test_an_abnormal_end_is_reported_at_once(tmp_path: Path) -> None:
    text = hooks.render(make.plan(hooks=ALL), make.facts(), Volumes())["poststop.d/10-report"]
    command = {"REPORT_COMMAND": f"cat > {tmp_path}/sent"}
    run({"": text}, tmp_path, "journalctl", MIGRATOR_REASON="stopped", **command)
    assert not (tmp_path / "sent").exists()
    cause = {"MIGRATOR_REASON": "oom", "MIGRATOR_CAUSE": "was killed for lack of memory"}
    run({"": text}, tmp_path, "journalctl", MIGRATOR_EXIT_STATUS="137", **cause, **command)
    first = (tmp_path / "sent").read_text().splitlines()[0]
    assert first == "old was killed for lack of memory (oom, exit status 137)"


def test_a_webhook_gets_the_report(tmp_path: Path) -> None:
    got: list[tuple[str, bytes]] = []

    class Pager(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            got.append((self.path, self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    text = hooks.render(make.plan(hooks=ALL), make.facts(), Volumes())["poststop.d/10-report"]
    with HTTPServer(("127.0.0.1", 0), Pager) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/token"
        ended = {"MIGRATOR_REASON": "crashed", "MIGRATOR_CAUSE": "was killed by signal 9"}
        run({"": text}, tmp_path, "journalctl", REPORT_WEBHOOK=url, **ended)
        thread.join()
    assert got[0][0] == "/token"
    assert got[0][1].startswith(b"old was killed by signal 9 (crashed, exit status unknown)\n")


def test_what_is_left_on_volumes_is_known_from_the_snapshot() -> None:
    plan = make.plan(paths={"/srv": PathChoice("volume")})
    file = {"kind": "f", "mode": 0o755, "size": 5, "uid": 0, "gid": 0}
    rows = [
        {"path": "/srv", "kind": "d", "mode": 0o40755, "uid": 33, "gid": 5},
        {"path": "/srv/a.pid", **file},
        {"path": "/srv/long.pid", **file, "size": 4096},
        {"path": "/srv/sock", "kind": "s"},
        {"path": "/srv/run", **file},
        {"path": "/srv/plain", **file, "mode": 0o644},
        {"path": "/run/b.pid", **file},
    ]
    units = (make.unit("a.service", commands=("-/srv/run --fast", "/srv/plain")),)
    found = volumes.read(rows, plan, make.facts(units=units))
    assert found == Volumes(
        (Top("/srv", 33, 5, "755"),),
        (Inside("/srv", "/run", "a.service"),),
        (Inside("/srv", "/a.pid", "a pid file"), Inside("/srv", "/sock", "a socket")),
    )


def test_the_order_of_steps_is_in_their_names() -> None:
    plan = make.plan(hooks=Hooks({"50-b": Hook(), "05-a": Hook()}, {"10-c": Hook()}))
    assert [step.path for step in hooks.steps(plan)] == [
        "prestart.d/05-a",
        "prestart.d/50-b",
        "poststop.d/10-c",
    ]
    with pytest.raises(PlanInvalid, match="cannot be the name"):
        list(hooks.steps(make.plan(hooks=Hooks({"../evil": Hook()}, {}))))
