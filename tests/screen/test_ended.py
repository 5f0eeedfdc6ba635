"""The screen as a real process on a terminal of its own, which is ended."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from migrator.plan import file as plan_file
from migrator.workdir import Workdir
from tests.screen.test_desk import HOST, facts, work

__all__ = ["facts", "work"]  # fixtures
TOP = Path(__file__).parents[2]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_process_that_ends_leaves_its_draft(work: Workdir, number: int) -> None:
    """A real one, on a terminal of its own."""
    inventory = work.root.parent / "hosts.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {HOST: {}}}}))
    words = ["assess", HOST, "-i", "--inventory", str(inventory), "--work", str(work.root)]
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    process = subprocess.Popen(
        [sys.executable, "-m", "migrator.cli", *words],
        cwd=TOP,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
        **dict.fromkeys(("stdin", "stdout", "stderr"), theirs),  # type: ignore[call-overload]
    )
    os.close(theirs)
    os.set_blocking(ours, False)
    try:
        _until(ours, lambda text: b"Search" in text and b"why" in text)
        os.write(ours, b"7")
        _until(ours, lambda text: b"identity" in text)
        os.write(ours, b"\x1b[B ")
        _until(ours, lambda _: work.plan_draft.exists())
        process.send_signal(number)
        process.wait(10)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert plan_file.read(work.plan_draft)["plan"]["jobs"] == "released"
    assert not work.plan.exists()


def _until(terminal: int, happened: Callable[[bytes], bool]) -> None:
    text, end = b"", time.monotonic() + 40
    while not happened(text):
        assert time.monotonic() < end, text[-2000:]
        try:
            text += os.read(terminal, 65536)
        except BlockingIOError:
            time.sleep(0.05)
