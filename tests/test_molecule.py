"""The molecule scenarios. Each can run alone; here one run takes all, on shared hosts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LAST = ["migrate", "difference", "sync", "cutover", "rollback"]  # others would find hosts changed
FOUND = sorted(path.parent.name for path in TOP.glob("molecule/*/molecule.yml"))
SCENARIOS = [*(name for name in FOUND if name not in ("default", *LAST)), *LAST]

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the run said. It boots the hosts once and starts molecule itself, which takes as long as
    most scenarios, once; it ends at the first scenario that fails."""
    place = tmp_path_factory.mktemp("molecule")
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "NO_COLOR": "1"}
    done = subprocess.run(
        [BIN / "molecule", "test", *(f"--scenario-name={name}" for name in SCENARIOS)],
        cwd=TOP,
        env={**environment, "MOLECULE_EPHEMERAL_DIRECTORY": str(place)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: str, said: str) -> None:
    """The recap counts its playbooks, each of which must have ended well."""
    recap = re.findall(rf"(?m)^{scenario} +: +actions=(\d+) +successful=(\d+) .*failed=0$", said)
    ran = said.count(f"{scenario} ➜ ")
    assert recap, f"it {'failed' if ran else 'was not come to'}\n{said}"
