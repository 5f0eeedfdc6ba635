"""The hooks' runner as it lies on a target, and a syslog daemon for it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from migrator.hooks.installed import runner
from migrator.plan import Hook

PYTHONS = [Path("/usr/bin/python3"), *Path.home().glob(".pyenv/versions/3.6.*/bin/python3")]


@dataclass
class Place:
    """``/etc/migrator/old`` of a target."""

    path: Path
    python: Path = PYTHONS[0]

    def install(self, hook: str, steps: dict[str, tuple[str, Hook]], **more: Any) -> None:
        for name, text in runner():
            there = self.path / "lib" / name
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_text(text.replace('"/dev/log"', f'"{self.path}/log"'))
        for name, (script, _) in steps.items():
            step = self.path / f"{hook}.d" / name
            step.parent.mkdir(exist_ok=True)
            step.write_text(f"#!/bin/sh\n{script}\n")
            step.chmod(0o755)
        bin_ = self.path / "bin"
        bin_.mkdir(exist_ok=True)
        (bin_ / "systemctl").write_text(f'#!/bin/sh\ncat "{self.path}/systemctl-$1" 2>/dev/null\n')
        (bin_ / "journalctl").write_text(f'#!/bin/sh\ncat "{self.path}/kernel" 2>/dev/null\n')
        for tool in bin_.iterdir():
            tool.chmod(0o755)
        config = {
            "name": "old",
            "host": "old.example",
            "unit": "old.service",
            "state": str(self.path / "start.json"),
            "inside": {},
            "mounts": [],
            "results": "",
            "prestart": {},
            "poststop": {},
        }
        config[hook] = {name: asdict(options) for name, (_, options) in steps.items()}
        (self.path / "steps.json").write_text(json.dumps(config | more))

    def run(self, phase: str, stdin: str = "", **given: str) -> subprocess.CompletedProcess[str]:
        program = (
            "import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 26, 1 << 26))\n"
            f"import sys; sys.path.insert(0, {str(self.path / 'lib')!r})\n"
            "from migrator.runtime.steps.main import Path, main\n"
            f"sys.exit(main(Path({str(self.path)!r}), {phase!r}))"
        )
        variables = {**os.environ, "PATH": f"{self.path}/bin:{os.environ['PATH']}", **given}
        return subprocess.run(
            [self.python, "-BIc", program],
            input=stdin,
            capture_output=True,
            text=True,
            env=variables,
        )


@contextmanager
def syslog(place: Path) -> Iterator[list[str]]:
    """The messages, without priority and time, that arrive while the block runs."""
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(place / "log"))
        daemon.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)

        def listen() -> None:
            while data := daemon.recv(1 << 16):
                assert data.startswith(b"<30>")
                heard.append(data.decode().split(" ", 3)[-1].lstrip())

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"", str(place / "log"))
            thread.join()
            (place / "log").unlink()
