"""The molecule scenarios. Each can run alone; here they share hosts and results."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LAST = ["migrate", "difference", "cutover", "rollback"]  # others would find the hosts changed
FOUND = sorted(path.parent.name for path in TOP.glob("molecule/*/molecule.yml"))
SCENARIOS = [*(name for name in FOUND if name not in LAST), *LAST]
HOSTS = ("mol-source", "mol-target")

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """Whoever creates the hosts first leaves them to the next; at the end they go."""
    path = f"{BIN}:{os.environ['PATH']}"
    yield {**os.environ, "PATH": path, "LAB_KEEP": ",".join(HOSTS)}
    subprocess.run([sys.executable, "-m", "lab", "down", *HOSTS], cwd=TOP, check=True)
    shutil.rmtree(TOP / ".lab/molecule")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [BIN / "molecule", "test", "--scenario-name", scenario],
        cwd=TOP,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
