"""A small server that is moved, what its clients keep of it, and a controller that is killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import state
from migrator.cutover.journal import Journal
from migrator.cutover.steps import STEPS
from tests.e2e.conftest import TOP, lab

SOURCE, TARGET = "move-ledger", "move-dock"
PATIENCE = 300  # seconds for one step, on a busy machine


@dataclass(frozen=True)
class Move:
    inventory: Path
    addresses: dict[str, str]
    work: Path
    name: str = SOURCE

    @property
    def journal(self) -> Path:
        return self.work / self.name / "cutover.jsonl"

    @property
    def plan(self) -> Path:
        return self.work / self.name / "plan.yml"

    def command(self, verb: str, *more: str) -> list[str]:
        given = ["-i", str(self.inventory), "--work", str(self.work), *more]
        return [sys.executable, "-m", "migrator.cli", verb, self.name, *given]

    def run(self, verb: str, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(verb, *more), cwd=TOP, capture_output=True, text=True)

    def done(self, verb: str, *more: str) -> str:
        ran = self.run(verb, *more)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def killed(self, event: str, step: str, *more: str) -> None:
        """A cutover whose controller is killed as soon as its journal has this event."""
        before = len(self.rows())
        process = subprocess.Popen(
            self.command("cutover", *more),
            cwd=TOP,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        wanted = _place(event, step)  # or later: some steps are quicker than we look
        end = time.monotonic() + PATIENCE
        while not any(_reaches(row, wanted) for row in self.rows()[before:]):
            assert process.poll() is None, (process.stdout or sys.stdin).read()
            assert time.monotonic() < end, f"{step} was not {event} in time"
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()

    def rows(self) -> list[dict[str, Any]]:
        text = self.journal.read_text() if self.journal.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    @property
    def state(self) -> str:
        return Journal(self.journal).state

    def source(self, command: str) -> str:
        return lab("ssh", self.name, command)

    def container(self, command: str) -> str:
        return lab("ssh", TARGET, f"podman exec {SOURCE} {command}")

    def numbers(self, host: str) -> list[str]:
        return get(f"http://{self.addresses[host]}:8080/").split()

    def jobs(self) -> dict[str, set[str]]:
        """Each time at which the job ran: by which inits, of all logs that there are."""
        kept = f"$(podman volume ls -q | grep {SOURCE}-var-log- | grep -v journal)"
        there = f"cat $(podman volume inspect -f '{{{{.Mountpoint}}}}' {kept})/jobs/timer.log"
        ran: dict[str, set[str]] = {}
        for text in (self.source("cat /var/log/jobs/timer.log"), lab("ssh", TARGET, there)):
            for line in text.splitlines():
                slot, init = line.split()
                ran.setdefault(slot, set()).add(init)
        return ran


@dataclass
class Terminal:
    text: str = ""


@contextlib.contextmanager
def logged_in(address: str) -> Iterator[Terminal]:
    """Somebody at a terminal of a host; what was shown there is known after the block."""
    known, seen = f"UserKnownHostsFile={state.KNOWN_HOSTS}", Terminal()
    command = ["ssh", "-tt", "-o", known, "-i", str(state.KEY), f"root@{address}"]
    process = subprocess.Popen(
        [*command, "echo here; exec sleep 900"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout and b"here" in process.stdout.readline()
    try:
        yield seen
    finally:
        process.terminate()
        seen.text = process.communicate()[0].decode()


def _place(event: str, step: str) -> tuple[int, int]:
    return [each.name for each in STEPS].index(step), ("begun", "done").index(event)


def _reaches(row: dict[str, Any], wanted: tuple[int, int]) -> bool:
    return "step" in row and _place(row["event"], row["step"]) >= wanted


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text: str = answer.read().decode()
    return text


def inventory(addresses: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The body of what is written to all the time cannot be compared."""
    choices = {"probes": {"http://127.0.0.1:8080/": {"body": False}}}
    source = {**addresses[SOURCE], "migrator_target": TARGET, "migrator_choices": choices}
    return {
        "all": {
            "children": {
                "sources": {"hosts": {SOURCE: source}},
                "targets": {"hosts": {TARGET: addresses[TARGET]}},
            }
        }
    }
