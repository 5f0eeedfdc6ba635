"""A small host that was built, and targets that it lives on."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.conftest import TOP, lab, run


class Place:
    """A built image, its inventory, and the targets."""

    def __init__(self, base: Path, host: str) -> None:
        self.inventory, self.work = base / "inventory.yml", base / "work"
        self.host = host

    def migrator(self, verb: str, *words: str, fails: bool = False) -> str:
        given = ["--work", str(self.work)]
        if verb != "store":
            given += ["-i", str(self.inventory)]
        first, rest = (words[:1], words[1:]) if verb == "store" else ((), words)
        done = run([sys.executable, "-m", "migrator.cli", verb, *first, *given, *rest])
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    def shell(self, *words: str, typed: str) -> tuple[str, int]:
        """What a terminal shows, and the status."""
        given = ["-i", str(self.inventory), "--work", str(self.work)]
        process, terminal = pty.fork()
        if process == 0:
            os.execv(sys.executable, [sys.executable, "-m", "migrator.cli", *words, *given])
        shown, waiting, end = b"", typed, time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([terminal], [], [], 0.5)[0]:
                try:
                    shown += os.read(terminal, 4096)
                except OSError:  # the other end is closed
                    break
            elif shown and waiting:
                os.write(terminal, waiting.encode())
                waiting = ""
        return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

    def plan(self, **container: Any) -> None:
        path = self.work / self.host / "plan.yml"
        plan = yaml.safe_load(path.read_text())
        plan["services"]["ssh.service"] = {"decision": "disable", "reason": "the target has one"}
        plan["ports"] = {}
        plan["container"] |= container
        path.write_text(yaml.safe_dump(plan, sort_keys=False))


@contextlib.contextmanager
def built(base: Path, host: str, targets: Mapping[str, str]) -> Iterator[Place]:
    """The host itself is gone when the targets, names and their recipes, are there."""
    made = Place(base, host)
    try:
        lab("up", "plain-debian12", "--as", host)
        made.inventory.write_text(lab("inventory"))
        for stage in ("discover", "assess", "plan"):
            made.migrator(stage, host)
        made.plan()
        for stage in ("snapshot", "build"):
            made.migrator(stage, host)
        lab("down", host)
        for name, recipe in targets.items():
            lab("up", recipe, "--as", name)
        known = yaml.safe_load(lab("inventory"))["all"]["hosts"]
        hosts = {name: known[name] for name in targets} | {host: {"ansible_host": "192.0.2.1"}}
        made.inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
        yield made
    finally:
        lab("down", host, *targets)


def wait_for(said: Any, wanted: str) -> None:
    end = time.monotonic() + 60
    while wanted not in (words := said()):
        assert time.monotonic() < end, words
        time.sleep(0.5)


def there(target: str, command: str, data: bytes) -> str:
    """What ``command`` says on the target, given ``data``."""
    given = [sys.executable, "-m", "lab", "ssh", target, command]
    done = subprocess.run(given, cwd=TOP, input=data, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()
