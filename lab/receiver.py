"""The central log receiver of the lab: every UDP datagram on port 5514 becomes a line."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from lab.state import GATEWAY, STATE, TOP

PORT = 5514
LOG = STATE / "remote.log"
PID = STATE / "receiver.pid"


def up() -> None:
    if not _pid():
        command = [sys.executable, "-m", "lab.receiver"]
        process = subprocess.Popen(
            command, cwd=TOP, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        PID.write_text(str(process.pid))


def down() -> None:
    pid = _pid()
    if pid:
        os.kill(pid, signal.SIGTERM)
    PID.unlink(missing_ok=True)


def _pid() -> int:
    with contextlib.suppress(OSError, ValueError):
        pid = int(PID.read_text())
        if b"lab.receiver" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return 0


def listen() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, LOG.open("ab", 0) as log:
        receiver.bind((GATEWAY, PORT))
        while True:
            log.write(receiver.recv(65536).rstrip(b"\n") + b"\n")


if __name__ == "__main__":
    listen()
