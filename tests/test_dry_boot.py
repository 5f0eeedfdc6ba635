"""A real target is asked about a host, and boots its launch profile."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests import hosts

TOP = Path(__file__).resolve().parents[1]
NAME = "dry-boot"
pytestmark = pytest.mark.lab


def lab(*words: str) -> str:
    command = [sys.executable, "-m", "lab", *words]
    return subprocess.run(command, cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    lab("up", "target-debian13", "--kind", "container", "--as", NAME)
    try:
        path = tmp_path_factory.mktemp("lab") / "inventory.yml"
        path.write_text(lab("inventory"))
        yield path
    finally:
        lab("down", NAME)


def assess(place: Path, inventory: Path, **plan: object) -> dict[str, object]:
    """The document of the target, for a host with saved facts and changes of its plan."""
    facts, work = place / "el7.json", place / "work"
    facts.write_text(json.dumps(hosts.document("el7", place)))
    given = ["-i", str(inventory), "--work", str(work)]
    if plan:
        (work / "el7").mkdir(parents=True)
        (work / "el7/facts.json").write_text(facts.read_text())
        run("plan", "el7", *given)
        made = yaml.safe_load((work / "el7/plan.yml").read_text())
        (work / "el7/plan.yml").write_text(yaml.safe_dump({**made, **plan}))
    run("assess", "--facts", str(facts), "--target", NAME, *given)
    answer: dict[str, object] = json.loads((work / "el7/target.json").read_text())
    return answer


def run(*words: str) -> None:
    command = [sys.executable, "-m", "migrator.cli", *words]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def traces() -> str:
    listed = (
        "podman ps --all --quiet; podman volume ls --quiet; ls /run | grep migrator;"
        " ls /run/containers/systemd 2>/dev/null;"
        " systemctl list-units --all --no-legend 'migrator-*'; true"
    )
    return lab("ssh", NAME, listed).strip()


def test_a_profile_boots_and_leaves_nothing(tmp_path: Path, inventory: Path) -> None:
    """Nor does it leave what one left that was killed."""
    left = "migrator-trial-4194305"  # above the highest pid
    units = "/run/containers/systemd"
    lab("ssh", NAME, f"mkdir -p /run/{left} {units}; touch {units}/{left}.container")
    assert traces()
    answer = assess(tmp_path, inventory)
    boot = answer["boot"]
    assert isinstance(boot, dict)
    assert (boot["up"], boot["down"], boot["reason"]) == (True, True, "")
    assert boot["seconds"] < 10
    assert answer["failures"] == []
    assert traces() == ""


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"capabilities": {"NO_SUCH": {"reason": "x"}}}, "unknown capability"),
        ({"sysctls": {"kernel.panic": {"value": "10"}}}, "'kernel.panic' is not allowed"),
    ],
)
def test_a_profile_that_the_target_refuses_is_explained(
    tmp_path: Path, inventory: Path, plan: dict[str, object], words: str
) -> None:
    boot = assess(tmp_path, inventory, **plan)["boot"]
    assert isinstance(boot, dict)
    assert (boot["up"], boot["down"]) == (False, False) and words in boot["reason"]
    judged = json.loads((tmp_path / "work/el7/assessment.json").read_text())
    assert words in str([f["evidence"] for f in judged["findings"] if f["id"] == "TGT-01"])
    assert traces() == ""
