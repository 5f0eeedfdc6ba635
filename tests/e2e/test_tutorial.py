"""The tutorial, run as a reader would: every block in its order, with our own two hosts in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import Site, lab

pytestmark = pytest.mark.lab
TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "docs/tutorial.md"
BLOCK = re.compile(r'(?ms)^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$')
STATE = "declare -px > {0}/state; pwd > {0}/where"  # as the next command of the reader finds it


@dataclass(frozen=True)
class Step:
    """A command with the lines that it must print, or a file to write."""

    text: str
    said: tuple[str, ...] = ()
    file: str = ""


def steps(page: str) -> list[Step]:
    found = []
    for language, title, text in BLOCK.findall(page):
        if title:
            found.append(Step(text, file=title))
            continue
        assert language == "console", f"what should a reader do with {language}?"
        for part in re.split(r"(?m)^\$ ", text)[1:]:
            command, *lines = part.splitlines()
            found.append(Step(command, tuple(lines)))
    return found


def prints(output: str, lines: tuple[str, ...]) -> str:
    """The first of ``lines`` that is not there after those before it, or nothing."""
    rest = " ".join(output.split())
    for line in lines:
        parts = (re.escape(" ".join(part.split())) for part in line.split("…"))
        found = re.search(r"\s*.*?\s*".join(parts), rest)
        if not found:
            return line
        rest = rest[found.end() :]
    return ""


def test_output_is_compared_in_order_and_with_gaps() -> None:
    assert prints("a 1 b\n  c\n", ("a … b", "c")) == ""
    assert prints("c a", ("a", "c")) == "c"
    assert prints("a", ("a … b",)) == "a … b"


@pytest.fixture
def reader(tmp_path: Path, site: Site) -> Path:
    """An empty directory with the wheel; what leads to hosts of the lab is its reader's own."""
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, TOP]
    subprocess.run(build, check=True, capture_output=True)
    known = next(iter(yaml.safe_load(lab("inventory"))["all"]["hosts"].values()))
    common, key = known["ansible_ssh_common_args"], known["ansible_ssh_private_key_file"]
    start = {
        "HOME": os.environ["HOME"],
        "PATH": "/usr/bin:/bin",
        "ANSIBLE_SSH_COMMON_ARGS": common,
        "ANSIBLE_PRIVATE_KEY_FILE": key,
        "PIP_CONSTRAINT": str(TOP / "requirements.lock"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONUNBUFFERED": "1",  # as on a terminal: results and messages in their order
        "COLUMNS": "100",
    }
    python = tmp_path / "bin/python3"
    python.parent.mkdir()
    python.symlink_to(Path(sys.executable).resolve())
    (tmp_path / "bin/ssh").write_text(f'#!/bin/sh\nexec /usr/bin/ssh -i {key} {common} "$@"\n')
    (tmp_path / "bin/ssh").chmod(0o755)
    start["PATH"] = f"{python.parent}:{start['PATH']}"
    lines = [f"declare -x {name}={value!r}" for name, value in start.items()]
    (tmp_path / "state").write_text("\n".join(lines))
    (tmp_path / "where").write_text(str(tmp_path))
    return tmp_path


def do(reader: Path, command: str) -> str:
    script = (
        f"source {reader}/state; cd $(cat {reader}/where)\n{command}\n"
        f"status=$?; {STATE.format(reader)}; exit $status"
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}"
    return done.stdout


def test_every_step_of_the_tutorial(site: Site, reader: Path) -> None:
    """Addresses are those that its reader would write, all else is as it stands on the page."""
    addresses = {"192.0.2.10": site.addresses["bare"], "192.0.2.20": site.addresses["dock"]}
    page = PAGE.read_text()
    for address, ours in addresses.items():
        page = page.replace(address, ours)
    for step in steps(page):
        if step.file:
            path = Path((reader / "where").read_text().strip()) / step.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text)
            continue
        output = do(reader, step.text)
        missing = prints(output, step.said)
        assert not missing, f"$ {step.text}\nlacks: {missing}\n{output}"
