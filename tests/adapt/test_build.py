"""build from a disk: the changes as a patch, a patch that is reviewed, approved, and refused."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrator.errors import PlanInvalid

TOP = Path(__file__).resolve().parents[2]
NAME = "etc-shop.conf.patch"
CONF = "[shop]\nlisten = 10.20.30.40:8080\npassword = 5ecr3t\n"
FILES = {
    "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/hostname": "old\n",
    "etc/fstab": "UUID=1 / ext4 defaults 0 1\n",
    "etc/network/interfaces": "auto eth0\niface eth0 inet static\n    address 10.20.30.40/24\n",
    "etc/shop.conf": CONF,
    "lib/systemd/systemd": "",
}


class Run:
    """The stages of a host that is a directory."""

    def __init__(self, place: Path) -> None:
        self.work, self.disk, self.place = place / "work/old", place / "disk", place
        for name, content in FILES.items():
            path = self.disk / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        (self.disk / "lib/systemd/systemd").chmod(0o755)
        (self.disk / "sbin").mkdir()
        (self.disk / "sbin/init").symlink_to("/lib/systemd/systemd")
        inventory = "all: {hosts: {other: {ansible_connection: local}}}\n"
        (place / "inventory.yml").write_text(inventory)

    def migrator(self, stage: str, *more: str, code: int = 0) -> str:
        given = ["-i", str(self.place / "inventory.yml"), "--work", str(self.work.parent)]
        command = [sys.executable, "-m", "migrator.cli", stage, "old", *given, *more]
        done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def image(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.work / "image.json").read_text())
        return found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    if os.geteuid():
        pytest.fail("a disk is read as root")
    made = Run(tmp_path_factory.mktemp("build"))
    disk = ("--root", str(made.disk))
    for words in (("discover", *disk), ("assess",), ("plan",), ("snapshot", *disk)):
        made.migrator(*words)
    return made


def test_a_patch_is_shown_approved_applied_and_refused(run: Run) -> None:
    said = run.migrator("build", "--diff")
    assert "--- /etc/fstab\n+++ /etc/fstab\tfstab:/etc/fstab (" in said
    assert "\n-UUID=1 / ext4 defaults 0 1\n+# migrator: the container's root is the image\n" in said
    assert "; to review: 1 patches in" in said
    patch = run.work / "patches" / NAME
    assert "line 2: address 10.20.30.40 -> 0.0.0.0" in patch.read_text()
    assert not [row for row in run.image()["changes"] if row["subject"] == "patches"]

    plan = yaml.safe_load((run.work / "plan.yml").read_text())
    assert plan["patches"][NAME]["decision"] == "skip"
    plan["patches"][NAME]["decision"] = "apply"
    (run.work / "plan.yml").write_text(yaml.safe_dump(plan))
    before = run.image()
    said = run.migrator("build", "--check", "--diff")
    assert "\n-listen = 10.20.30.40:8080\n+listen = 0.0.0.0:8080\n" in said
    assert "5ecr3t" not in said
    assert run.image() == before, "--check builds nothing"

    run.migrator("build")
    (row,) = [row for row in run.image()["changes"] if row["subject"] == "patches"]
    after = CONF.replace("10.20.30.40", "0.0.0.0")
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in (CONF, after)]
    assert [row["before"], row["after"]] == digests
    assert row["reason"] == f"{NAME}, approved in the plan"
    manifest = run.image()["manifest"]
    assert manifest != before["manifest"]
    run.migrator("build")
    assert run.image()["manifest"] == manifest, "a second build changes nothing"

    patch.write_text(patch.read_text().replace("-listen = 10.20.30.40", "-listen = 10.20.30.41"))
    said = run.migrator("build", code=PlanInvalid.exit_code)
    assert f"{NAME} no longer applies to /etc/shop.conf" in said
    assert "set its decision to skip" in said
    patch.unlink()
    assert "does not exist and the plan applies it" in run.migrator(
        "build", code=PlanInvalid.exit_code
    )
