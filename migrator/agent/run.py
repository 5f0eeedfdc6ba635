"""The one gateway for commands on the host; each is an argument list and only reads."""

from __future__ import absolute_import, division, print_function

import os
import subprocess
import threading

from migrator.agent.files import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

PATIENCE = 30  # seconds
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class CommandError(Exception):
    """A command is missing, failed, or took too long."""


def output(command):
    # type: (Sequence[str]) -> str
    """What ``command`` prints, in the C locale."""
    environment = {"PATH": PATH, "LC_ALL": "C", "HOME": "/", "SYSTEMD_COLORS": "0"}
    try:
        with open(os.devnull, "rb") as nothing:
            process = subprocess.Popen(
                list(command),
                stdin=nothing,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                close_fds=True,
            )
    except OSError as error:
        raise CommandError("%s: %s" % (command[0], error.strerror))
    stdout, stderr, late = _finish(process)
    if late:
        raise CommandError("%s took more than %d seconds" % (command[0], PATIENCE))
    if process.returncode:
        raise CommandError("%s: %s" % (command[0], stderr.strip() or process.returncode))
    return stdout


def _finish(process):
    # type: (Any) -> tuple[str, str, bool]
    """Wait with a limit; Python 2 has no timeout of its own."""
    late = []  # type: list[bool]

    def end():
        # type: () -> None
        late.append(True)
        process.kill()

    timer = threading.Timer(PATIENCE, end)
    timer.start()
    try:
        stdout, stderr = process.communicate()
    finally:
        timer.cancel()
    return decoded(stdout), decoded(stderr), bool(late)
