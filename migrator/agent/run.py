"""The one gateway for commands on the host; each is an argument list and only reads."""

from __future__ import absolute_import, division, print_function

import os
import subprocess
import threading

from migrator.agent.files import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

PATIENCE = 30  # seconds
PATIENCE_WITH_LINES = 120  # seconds, with what is done about each line
LATE = 124  # as timeout(1) has it
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class CommandError(Exception):
    """A command is missing, failed, or took too long."""


def output(command):
    # type: (Sequence[str]) -> str
    """What ``command`` prints, in the C locale."""
    process = _start(command)
    stdout, stderr, late = _finish(process, PATIENCE)
    if late:
        raise CommandError("%s took more than %d seconds" % (command[0], PATIENCE))
    if process.returncode:
        raise CommandError("%s: %s" % (command[0], stderr.strip() or process.returncode))
    return stdout


def answer(command, patience):
    # type: (Sequence[str], int) -> tuple[int, str, str]
    """(exit status, stdout, stderr) within ``patience`` seconds, however it ended; the status is
    LATE when it had to be ended."""
    process = _start(command)
    stdout, stderr, late = _finish(process, patience)
    return (LATE if late else process.returncode), stdout, stderr


def lines(command):
    # type: (Sequence[str]) -> Iterator[str]
    """Each line that ``command`` prints, as it comes, for output that is too large to keep; raises
    CommandError at the end when it failed or took too long."""
    process = _start(command)
    complaints = []  # type: list[bytes]
    listener = threading.Thread(target=lambda: complaints.append(process.stderr.read()))
    timer = threading.Timer(PATIENCE_WITH_LINES, process.kill)
    listener.start()
    timer.start()
    try:
        for line in process.stdout:
            yield decoded(line[:-1] if line.endswith(b"\n") else line)
    finally:
        if timer.is_alive():
            timer.cancel()
        process.stdout.close()  # ends one that is not listened to any more
        listener.join()
        process.stderr.close()
        status = process.wait()
    if status:
        message = decoded(b"".join(complaints)).strip()
        raise CommandError("%s: %s" % (command[0], message or status))


def _start(command):
    # type: (Sequence[str]) -> Any
    environment = {"PATH": PATH, "LC_ALL": "C", "HOME": "/", "SYSTEMD_COLORS": "0"}
    try:
        with open(os.devnull, "rb") as nothing:
            return subprocess.Popen(
                list(command),
                stdin=nothing,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                close_fds=True,
            )
    except OSError as error:
        raise CommandError("%s: %s" % (command[0], error.strerror))


def _finish(process, patience):
    # type: (Any, int) -> tuple[str, str, bool]
    """Wait with a limit; Python 2 has no timeout of its own."""
    late = []  # type: list[bool]

    def end():
        # type: () -> None
        late.append(True)
        process.kill()

    timer = threading.Timer(patience, end)
    timer.start()
    try:
        stdout, stderr = process.communicate()
    finally:
        timer.cancel()
    return decoded(stdout), decoded(stderr), bool(late)
