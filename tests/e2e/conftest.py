"""Real hosts for the whole journey: a legacy host, a bare one, one without Python, a target."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from lab.state import KEY

TOP = Path(__file__).resolve().parents[2]
HOSTS = {
    "box": "legacy-debian11",
    "bare": "plain-debian12",
    "mute": "nopython-debian12",
    "dock": "target-debian13",
}


@dataclass(frozen=True)
class Site:
    """The booted hosts, an inventory of them, and a work directory of its own."""

    inventory: Path
    addresses: dict[str, str]
    work: Path

    def migrator(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        stage, host, *rest = arguments
        given = ["-i", str(self.inventory), "--work", str(self.work)]
        return run([sys.executable, "-m", "migrator.cli", stage, host, *given, *rest], **variables)

    def playbook(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        ansible = str(Path(sys.executable).with_name("ansible-playbook"))
        given = ["-i", str(self.inventory), "-e", f"migrator_work={self.work}"]
        return run([ansible, "migrate.yml", *given, *arguments])


def run(command: Sequence[str], **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=TOP, env={**os.environ, **variables}, capture_output=True, text=True
    )


def lab(*arguments: str) -> str:
    done = run([sys.executable, "-m", "lab", *arguments])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    base = tmp_path_factory.mktemp("site")
    try:
        for name, recipe in HOSTS.items():
            lab("up", recipe, "--kind", "container", "--as", name)
        known = yaml.safe_load(lab("inventory"))["all"]["hosts"]
        addresses = {name: known[name]["ansible_host"] for name in HOSTS}
        inventory = base / "inventory.yml"
        inventory.write_text(yaml.safe_dump(_inventory({name: known[name] for name in HOSTS})))
        yield Site(inventory, addresses, base / "work")
    finally:
        lab("down", *HOSTS)


def _inventory(hosts: dict[str, dict[str, object]]) -> dict[str, object]:
    """Sources are reached as a person with sudo, as most are; jobs only write logs of their own."""
    person = {"ansible_user": "ops", "ansible_become": True}
    source = {**hosts["box"], **person, "migrator_target": "dock"}
    route = {"via": "10.88.0.1", "reason": "the target routes for its containers"}
    network = {"routes": {"198.51.100.0/24": route}}
    asked = {"tasks": {"application": {"script": str(TOP / "tests/e2e/asked.yml")}}}
    logins = {"logins": {"ops": {"key": str(KEY)}}}
    choices = {"migrator_choices": {"jobs": "released", "network": network, **asked, **logins}}
    others = {name: hosts[name] for name in ("bare", "mute")}
    return {
        "all": {
            "children": {
                "sources": {"hosts": {"box": {**source, **choices}}},
                "targets": {"hosts": {"dock": {**hosts["dock"], **person}}},
                "others": {"hosts": others},
            }
        }
    }
