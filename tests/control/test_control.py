"""Control as a program under each Python, and each init's part on a small root."""

from __future__ import annotations

import io
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrator import bundle
from migrator.agent import frames
from migrator.control import jobs, main, run, systemd, sysv
from tests.agent.test_program import BOOT, interpreters


def ask(python: str, verb: str, params: dict[str, Any]) -> Any:
    request = bundle.request("control", params)
    package = len(bundle.pack("control"))
    sizes = [str(package), str(len(request) - package)]
    command = [python, "-E", "-s", "-c", BOOT, "migrator.control.main", verb, *sizes]
    done = subprocess.run(command, input=request, capture_output=True)
    assert done.stdout.startswith(frames.MAGIC), done.stderr.decode()
    return json.loads(frames.read_document(io.BytesIO(done.stdout[len(frames.MAGIC) :])))


@pytest.mark.parametrize("python", interpreters())
def test_every_python_looks_and_explains(python: str) -> None:
    found = ask(python, "look", {})
    assert found["init"] in ("systemd", "sysv") and found["held"] == []
    assert ask(python, "hold", {"units": [], "patience": 1, "jobs": 0}) == {
        "unclean": [],
        "left": [],
    }
    refused = ask(python, "free", {"units": ["nosuch-\u00e9.service"], "patience": 1})
    assert [row["name"] for row in refused["failed"]] == ["nosuch-\u00e9.service"]


def test_only_control_may_be_asked_to_change_a_source() -> None:
    """And only a cutover and its rollback ask it."""
    asking = {
        path.relative_to(bundle.HERE).as_posix()
        for path in bundle.HERE.rglob("*.py")
        if 'call("control"' in " ".join(path.read_text().split())
    }
    assert asking and all(name.startswith("cutover/") for name in asking)


# systemd: a stand-in for systemctl keeps the states of units in files


@pytest.fixture
def units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with one file for each unit that runs; stubborn ones stay."""
    state, programs = tmp_path / "state", tmp_path / "bin"
    state.mkdir()
    programs.mkdir()
    fake = programs / "systemctl"
    fake.write_text(FAKE.format(state=state))
    fake.chmod(0o755)
    monkeypatch.setattr(run, "PATH", f"{programs}:{run.PATH}")
    markers = {}
    for name in ("UNTIL_REBOOT", "LASTING"):
        place = str(tmp_path / name / "system")
        monkeypatch.setattr(systemd, name, place)
        markers[place] = str(tmp_path / name / "migrator/moved")
    monkeypatch.setattr(systemd, "MARKERS", markers)
    return state


FAKE = """\
#!/bin/sh
cd {state}
verb=$1; shift
echo "$verb $*" >> ../calls
case $verb in
list-units) for unit in *; do echo "$unit loaded active running"; done ;;
show) shift 2; for unit; do
    active=inactive; result=success
    [ -e "$unit" ] && active=active
    [ -e "../killed-$unit" ] && result=timeout
    printf 'Id=%s\\nActiveState=%s\\nSubState=x\\nResult=%s\\nRefuseManualStop=no\\n\\n' \\
        "$unit" "$active" "$result"
    done ;;
stop) shift; for unit; do case $unit in stubborn*) ;; *) rm -f "$unit" ;; esac; done ;;
start) shift; for unit; do
    case $unit in broken*) echo "Job for $unit failed." >&2 ;; *) touch "$unit" ;; esac; done ;;
esac
"""


def calls(units: Path) -> list[str]:
    return (units.parent / "calls").read_text().splitlines()


def test_units_are_kept_from_starting_before_they_stop(units: Path) -> None:
    (units / "web.service").touch()
    systemd.refuse(["web.service"], None)
    assert systemd.stop(["web.service"], 5) == []
    drop_in = Path(systemd.UNTIL_REBOOT) / "web.service.d" / systemd.DROP_IN
    marker = Path(systemd.MARKERS[systemd.UNTIL_REBOOT])
    assert f"ConditionPathExists=!{marker}" in drop_in.read_text() and marker.exists()
    assert [line.split()[0] for line in calls(units)] == ["daemon-reload", "stop", "show"]
    assert systemd.held() == ["web.service"]


def test_nothing_is_left_of_what_was_held(units: Path) -> None:
    systemd.refuse(["web.service", "cron.service"], None)
    systemd.refuse(["cron.service"], "moved")
    systemd.allow()
    left = [path for place in ("UNTIL_REBOOT", "LASTING") for path in _below(units, place)]
    assert left == [] and systemd.held() == []
    systemd.allow()
    assert sum(line == "daemon-reload" for line in map(str.strip, calls(units))) == 3


def _below(units: Path, place: str) -> list[str]:
    return [path.name for path in (units.parent / place).rglob("*") if path.is_file()]


def test_a_service_that_refuses_to_stop_is_named(units: Path) -> None:
    (units / "stubborn.service").touch()
    with pytest.raises(run.Explained, match=r"stubborn\.service \(active\) does not stop"):
        systemd.stop(["stubborn.service"], 5)


def test_a_service_that_had_to_be_killed_is_named(units: Path) -> None:
    (units.parent / "killed-db.service").touch()
    assert systemd.stop(["db.service"], 5) == [{"name": "db.service", "why": "timeout"}]


def test_all_are_started_and_the_failed_are_named(units: Path) -> None:
    failed = systemd.start(["broken.service", "web.service"], 5)
    assert failed == [{"name": "broken.service", "why": "Job for broken.service failed."}]
    assert (units / "web.service").exists()


# init scripts


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two services of runlevel 2; what runs has a file in ``running``."""
    scripts = tmp_path / "etc/init.d"
    scripts.mkdir(parents=True)
    for level in "2345":
        (tmp_path / f"etc/rc{level}.d").mkdir()
    (tmp_path / "running").mkdir()
    for number, name in ((20, "web"), (10, "db")):
        path = scripts / name
        path.write_text(SCRIPT.format(root=tmp_path, name=name))
        path.chmod(0o755)
        (tmp_path / "running" / name).touch()
        for level in "2345":
            (tmp_path / f"etc/rc{level}.d/S{number}{name}").symlink_to(f"../init.d/{name}")
    monkeypatch.setattr(sysv, "ROOT", str(tmp_path))
    yield tmp_path


SCRIPT = """\
#!/bin/sh
cd {root}/running
case $1 in
status) [ -e {name} ] || exit 3 ;;
stop) echo {name} >> ../stopped; [ -e ../stubborn ] || rm -f {name} ;;
start) echo {name} >> ../started; [ -e ../broken ] && exit 1; touch {name} ;;
esac
"""


def test_scripts_stop_in_the_reverse_order_of_their_start(root: Path) -> None:
    assert [row["name"] for row in sysv.units()] == ["db.service", "web.service"]
    sysv.stop(["db.service", "web.service"], 5)
    assert (root / "stopped").read_text().split() == ["web", "db"]
    assert sysv.units() == []
    assert sysv.start(["db.service", "web.service"], 5) == []
    assert (root / "started").read_text().split() == ["db", "web"]


def test_links_of_runlevels_are_moved_aside_and_back(root: Path) -> None:
    before = sorted(str(path) for path in root.rglob("etc/rc*.d/*"))
    sysv.refuse(["web.service"], None)
    assert sorted(str(path) for path in root.rglob("etc/rc*.d/*")) == before
    sysv.refuse(["web.service"], "moved to box1\n")
    assert sysv.held() == ["web.service"]
    assert [path.name for path in (root / "etc/rc2.d").iterdir()] == ["S10db"]
    assert (root / "etc/migrator/moved").read_text() == "moved to box1\n"
    for _ in range(2):
        sysv.allow()
        assert sorted(str(path) for path in root.rglob("etc/rc*.d/*")) == before
        assert not (root / "etc/migrator").exists() and sysv.held() == []


def test_scripts_that_fail_are_named(root: Path) -> None:
    (root / "stubborn").touch()
    with pytest.raises(run.Explained, match=r"web\.service does not stop"):
        sysv.stop(["web.service"], 5)
    (root / "broken").touch()
    (root / "running/db").unlink()
    assert sysv.start(["db.service"], 5) == [{"name": "db.service", "why": "status 1"}]


# jobs


def process(proc: Path, pid: int, parent: int, group: str, start: int = 1) -> None:
    (proc / str(pid)).mkdir(parents=True)
    rest = ["S", str(parent), *["0"] * 17, str(start)]
    (proc / f"{pid}/stat").write_text(f"{pid} (a )b) {' '.join(rest)}\n")
    (proc / f"{pid}/cgroup").write_text(f"0::{group}\n")
    (proc / f"{pid}/cmdline").write_bytes(b"/usr/bin/backup\0--all\0")


def test_jobs_are_found_in_their_group_and_out_of_it(tmp_path: Path) -> None:
    process(tmp_path, 10, 1, "/system.slice/cron.service")
    process(tmp_path, 11, 10, "/system.slice/cron.service", 5)
    process(tmp_path, 12, 11, "/user.slice/user-0.slice/session-3.scope", 6)
    process(tmp_path, 20, 1, "/system.slice/web.service")
    known = jobs.children(["cron.service"], str(tmp_path))
    assert known == [(11, "5"), (12, "6")]
    left = jobs.wait([], known, 0, str(tmp_path))
    assert [row["pid"] for row in left] == [11, 12]
    assert left[0]["command"] == "/usr/bin/backup --all"


def test_a_job_that_ended_is_waited_for_no_longer(tmp_path: Path) -> None:
    process(tmp_path, 11, 1, "/elsewhere", 9)  # the number was given again
    begun = time.monotonic()
    assert jobs.wait(["cron.service"], [(11, "5"), (12, "6")], 5, str(tmp_path)) == []
    assert time.monotonic() - begun < 1


def test_one_control_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "PATIENCE", 0.3)
    with main.Alone(), pytest.raises(run.Explained, match="another run"), main.Alone():
        pass
