"""Machines with all that a container does not need boot clean, and what served runs on.

Debian 11 and 13 are read as mounted disks, Debian 12 while it runs, with a process that was started
by hand.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from lab import recipe, rootfs

TOP = Path(__file__).resolve().parents[1]
DOCK, LIVE = "machines-dock", "machines-live"
SERVICES = [
    *("plain", "quick", "apart", "dynamic", "rc-local"),
    *("xinetd", "rsyslog", "ssh", "user@1000", "echo.socket"),
]
BY_HAND = (
    "cd /srv && OWN_NAME=by-hand setsid --fork /opt/own/serve 7003 </dev/null >/dev/null 2>&1"
    " && sleep 1"
)
ASK = "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)"
pytestmark = pytest.mark.lab


def run(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", *words], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def known(name: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(run("lab", "inventory"))["all"]["hosts"][name]
    return found


@pytest.fixture(scope="module", autouse=True)
def dock() -> Iterator[None]:
    run("lab", "up", "target-debian13", "--kind", "container", "--as", DOCK)
    try:
        yield
    finally:
        run("lab", "down", DOCK, LIVE)


class Inside:
    """The container of ``name`` on the target."""

    def __init__(self, name: str) -> None:
        self.name = name

    def says(self, command: str) -> str:
        words = command.replace("'", "'\\''")
        return run("lab", "ssh", DOCK, f"podman exec {self.name} sh -c '{words}'; true").strip()

    def answer(self, port: int) -> str:
        return self.says(f'python3 -c "{ASK}; print(s.makefile().read().strip())" {port}')


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The root directory of a machine, with host keys of its own."""
    release: int = request.param
    lower = rootfs.rootfs(recipe.load(f"machine-debian{release}"), print)
    root, upper, work = (tmp_path / name for name in ("root", "upper", "work"))
    for path in (root, upper, work):
        path.mkdir()
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", root], check=True)
    try:
        subprocess.run(["ssh-keygen", "-A", "-f", root], check=True, stdout=subprocess.DEVNULL)
        yield root
    finally:
        subprocess.run(["umount", root], check=True)


def moved(place: Path, name: str, host: dict[str, object], root: str = "") -> Inside:
    """``host`` as a container on the target."""
    inventory = place / "inventory.yml"
    hosts = {name: {**host, "migrator_target": DOCK}, DOCK: known(DOCK)}
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    given = [name, "-i", str(inventory), "--work", str(place / "migrated")]
    disk = ["--root", root] if root else []
    for stage in ("discover", "assess", "plan", "snapshot", "build", "launch"):
        run("migrator.cli", stage, *given, *(disk if stage in ("discover", "snapshot") else []))
    return Inside(name)


def boots_clean(inside: Inside) -> None:
    state = inside.says("systemctl is-system-running --wait")
    assert (state, inside.says("systemctl --failed --no-legend --plain")) == ("running", "")
    assert inside.says("systemctl list-jobs --no-legend") in ("", "No jobs running.")
    active = inside.says(f"systemctl is-active {' '.join(SERVICES)}").splitlines()
    assert dict(zip(SERVICES, active, strict=True)) == dict.fromkeys(SERVICES, "active")
    assert (inside.answer(7001), inside.answer(7002)) == ("hello", "from a socket")
    beats = inside.says("pgrep -u ops -x sleep; pgrep -u root -x sleep").splitlines()
    assert len(beats) == 5, "one each of plain, quick, rc.local; of apart and of the user's own"
    assert inside.says("cat /proc/swaps").count("\n") == 0


@pytest.mark.parametrize("disk", [11, 13], indirect=True)
def test_a_disk_of_a_machine_boots_clean(tmp_path: Path, disk: Path) -> None:
    here: dict[str, object] = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
    }
    boots_clean(moved(tmp_path, f"disk-{os.getpid()}", here, str(disk)))


def test_a_machine_boots_clean_with_what_was_started_by_hand(tmp_path: Path) -> None:
    up = [sys.executable, "-m", "lab", "up", "machine-debian12", "--kind", "container", "--keep"]
    plain = subprocess.run([*up, "--as", LIVE], cwd=TOP, capture_output=True, text=True)
    assert "degraded" in plain.stderr, "as a container without any adaptation it is not clean"
    run("lab", "ssh", LIVE, BY_HAND)
    inside = moved(tmp_path, LIVE, known(LIVE))
    boots_clean(inside)
    assert inside.says("systemctl is-active serve") == "active"
    assert inside.answer(7003) == "by-hand /srv 0"
