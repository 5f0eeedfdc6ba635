"""Run one step: within its time, in bounded memory, whatever it prints or leaves running."""

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import time
from typing import Any, Dict, List

from migrator.runtime.steps.output import Output

PATIENCE = 20  # seconds for a command of the target's that tells why a container ended
PIECE = 1 << 16  # bytes
PAUSE = 0.05  # seconds
Config = Dict[str, Any]


def run(config: Config, hook: str, name: str, context: Dict[str, str], stdin: str) -> str:
    """Why the step failed, or "". ``context`` becomes its environment, with the step's own."""
    options = config[hook][name]
    if options["where"] == "container" and not config["inside"]:
        return "this engine runs no step in a container"
    environment = dict(context, **options["env"])
    command = _command(config, hook, name, environment)
    with tempfile.TemporaryFile() as state:
        state.write(stdin.encode())
        state.seek(0)
        try:
            process = subprocess.Popen(
                command,
                stdin=state,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            return "it cannot be run (%s)" % error.strerror
    output = Output(config["name"], "%s %s: " % (hook, name))
    in_time = _listen(process, output, time.monotonic() + options["timeout"])
    output.finish()
    if not in_time:
        if options["where"] == "container":
            words(config["inside"]["remove"])
        return "no end after %s seconds" % options["timeout"]
    return "exit status %d" % process.returncode if process.returncode else ""


def _command(config: Config, hook: str, name: str, environment: Dict[str, str]) -> List[str]:
    """In a container, the step runs in a short-lived one of the same image and volumes."""
    if config[hook][name]["where"] == "target":
        return ["%s/%s.d/%s" % (config["place"], hook, name)]
    inside: Dict[str, List[str]] = config["inside"]
    given = ["--env=" + key for key in sorted(environment) if key != "PATH"]  # no value is shown
    return [*inside["run"], *given, *inside["image"], "/run/migrator/hooks/%s.d/%s" % (hook, name)]


def _listen(process: "subprocess.Popen[bytes]", output: Output, end: float) -> bool:
    """Take what the step prints until it ends; children of it that hold its output do not count.
    False when it was killed, at ``end``."""
    pipe = process.stdout.fileno()  # type: ignore[union-attr]
    os.set_blocking(pipe, False)
    closed = False
    while time.monotonic() < end:
        ended = process.poll() is not None
        if not closed and select.select([pipe], [], [], 0 if ended else PAUSE)[0]:
            data = os.read(pipe, PIECE)
            output.add(data)
            closed = not data
        elif ended:
            process.stdout.close()  # type: ignore[union-attr]
            return True
        elif closed:
            time.sleep(PAUSE)
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # it is gone, or beyond signals
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=5)
    return False


def words(command: List[str]) -> List[str]:
    """The lines that ``command`` prints; none when it fails to."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.decode("utf-8", "replace").splitlines()
