"""What goes wrong for users gets one sentence and a stable exit code, and changes nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from migrator import errors
from migrator.errors import MigratorError
from tests.e2e.conftest import Site

pytestmark = pytest.mark.lab


def refused(done: subprocess.CompletedProcess[str], kind: type[MigratorError], words: str) -> None:
    assert done.returncode == kind.exit_code, done.stdout + done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    message, hint = done.stderr.strip().splitlines()[-2:]
    assert message.startswith("migrator: ") and hint.startswith("  ")


def changed(site: Site, tmp_path: Path, host: str, **variables: object) -> Site:
    """The site with other variables for one host, and an empty work directory."""
    inventory = yaml.safe_load(site.inventory.read_text())
    for group in inventory["all"]["children"].values():
        if host in group["hosts"]:
            group["hosts"][host] |= variables
    path = tmp_path / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory))
    return Site(path, site.addresses, tmp_path / "work")


def test_unknown_host(site: Site) -> None:
    refused(site.migrator("discover", "nosuch"), errors.UsageError, "'nosuch' is not in the")


def test_refused_connection(site: Site, tmp_path: Path) -> None:
    closed = changed(site, tmp_path, "box", ansible_port=9)
    refused(closed.migrator("discover", "box"), errors.Unreachable, "cannot connect to box")


def test_unknown_host_key(site: Site, tmp_path: Path) -> None:
    empty = tmp_path / "known_hosts"
    empty.touch()
    trusting = changed(
        site, tmp_path, "box", ansible_ssh_common_args=f"-o UserKnownHostsFile={empty}"
    )
    done = trusting.migrator("discover", "box", HOME=str(tmp_path))
    refused(done, errors.HostKeyUnknown, "box")
    assert empty.read_text() == ""


def test_source_without_python(site: Site) -> None:
    refused(site.migrator("discover", "mute"), errors.NoPython, "mute has no Python")


def test_sudo_that_wants_a_password(site: Site, tmp_path: Path) -> None:
    asking = changed(site, tmp_path, "box", ansible_user="auditor")
    refused(asking.migrator("discover", "box"), errors.BecomeFailed, "box")
    assert not (asking.work / "box" / "facts.json").exists()


def test_no_space_for_the_work(site: Site, tmp_path: Path) -> None:
    small = changed(site, tmp_path, "box")
    small.work.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(small.work)]
    subprocess.run(mount, check=True)
    try:
        for stage in ("discover", "assess", "plan"):
            assert small.migrator(stage, "box").returncode == 0
        refused(small.migrator("snapshot", "box"), errors.NoSpace, "are needed")
        assert not (small.work / "box" / "snapshot.json").exists()
    finally:
        subprocess.run(["umount", str(small.work)], check=True)


def test_target_without_an_engine(site: Site, tmp_path: Path) -> None:
    other = changed(site, tmp_path, "box")
    done = other.playbook("--tags", "discover,assess,plan,snapshot,build")
    assert done.returncode == 0, done.stdout
    refused(other.migrator("launch", "box", "--target", "box"), errors.TargetUnfit, "podman")


def test_plan_with_an_unknown_key(site: Site, tmp_path: Path) -> None:
    other = changed(site, tmp_path, "box")
    for stage in ("discover", "assess", "plan"):
        assert other.migrator(stage, "box").returncode == 0
    plan = other.work / "box" / "plan.yml"
    plan.write_text(plan.read_text() + "servces: {}\n")
    refused(other.migrator("snapshot", "box"), errors.PlanInvalid, "servces")
    assert "servces" in plan.read_text()
