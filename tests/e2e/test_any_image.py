"""An image that no toolkit made runs under each init, and its end is that of the container."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import images
from tests.e2e.conftest import lab, run

pytestmark = pytest.mark.lab
TARGET = "any-dock"
INITS = {"systemd": "plain-debian12", "sbin-init": "sysv-debian12", "dumb-init": "plain-debian12"}
SAYS = (
    f"I am shopper (1234:1234) in /opt/shop with /home/shopper, {images.GREETING}, "
    "two words $HOME 100%"
)


class Dock:
    def __init__(self, base: Path) -> None:
        self.base, self.inventory = base, base / "inventory.yml"

    def migrator(self, verb: str, *words: str, fails: bool = False) -> str:
        given = [verb, *words, "-i", str(self.inventory)]
        done = run([sys.executable, "-m", "migrator.cli", *given])
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    def ssh(self, command: str) -> str:
        return lab("ssh", TARGET, command)

    def until(self, wanted: str, command: str) -> None:
        end = time.monotonic() + 60
        while wanted not in (said := self.ssh(f"{command}; true")):
            assert time.monotonic() < end, said
            time.sleep(0.5)


@pytest.fixture(scope="module")
def dock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dock]:
    made = Dock(tmp_path_factory.mktemp("any"))
    try:
        lab("up", "target-debian13", "--as", TARGET)
        made.inventory.write_text(lab("inventory"))
        for recipe in sorted(set(INITS.values())):
            images.layout(made.base / recipe, recipe, made.base)
        yield made
    finally:
        lab("down", TARGET)


@pytest.mark.parametrize("init", INITS)
def test_its_program_runs_under_each_init_and_its_status_is_kept(dock: Dock, init: str) -> None:
    name = f"shop-{init}"
    wish = (str(dock.base / INITS[init]), TARGET, "--init", init, "--name", name)
    dock.migrator("run", *wish, "--restart", "no")
    inside, reports = f"podman exec {name}", f"cat /var/lib/migrator/{name}/reports/*.txt"
    dock.until(SAYS, f"podman logs {name}")
    assert dock.ssh(f"{inside} cat /opt/shop/data/seed") == "of the image\n"
    dock.ssh(f"{inside} touch /opt/shop/data/kept")

    dock.ssh(f"systemctl stop {name}")
    dock.until("was stopped (stopped, exit status 0)", reports)
    dock.until("told to end", f"journalctl -u {name} -o cat")
    dock.ssh(f"systemctl start {name}")
    dock.until("shop", f"{inside} ps -eo args")
    assert dock.ssh(f"{inside} ls /opt/shop/data").split() == ["kept", "seed"]

    dock.ssh(f"{inside} touch /tmp/end")
    dock.until("ended with exit status 7 (exited, exit status 7)", reports)


def test_a_reference_that_the_engine_knows_and_an_archive(dock: Dock) -> None:
    """The reference is that of an image that came there some other way."""
    image = dock.base / "plain-debian12"
    archive = dock.base / "shop.tar"
    run(["tar", "-C", str(image), "-cf", str(archive), "."])
    command = ("--restart", "no", "--command", "-c", "echo ends; exit 9")
    words = ("--init", "dumb-init", "--name", "once", "--env", "A=1")
    said = dock.migrator("run", str(archive), TARGET, *words, *command[:2], "--check")
    assert "would start" in said
    dock.migrator("run", str(archive), TARGET, *words, *command[:2])
    tag = dock.ssh("podman images --format '{{.Repository}}:{{.Tag}}' | grep migrator/once:")
    dock.ssh(f"podman tag {tag.strip()} example.org/shop:7")
    given = ("example.org/shop:7", TARGET, "--init", "systemd", "--name", "known")
    assert "known runs" in dock.migrator("run", *given)
    assert "already as wanted" in dock.migrator("run", *given)
    dock.until("SIGKILL", "podman exec known pkill -KILL -f opt/shop/shop; echo SIGKILL")
    dock.until("exit status 137", "cat /var/lib/migrator/known/reports/*.txt")
    for name in ("once", "known"):
        dock.migrator("remove", name, "--target", TARGET)


def test_an_image_without_the_init_is_refused_with_what_to_do(dock: Dock) -> None:
    image = str(dock.base / "plain-debian12")
    said = dock.migrator("run", image, TARGET, "--init", "sbin-init", fails=True)
    assert "/sbin/init is systemd" in said and "choose --init systemd" in said
