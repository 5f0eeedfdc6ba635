"""The one gateway for commands on the source, and failures that can be explained."""

from __future__ import absolute_import, division, print_function

import os
import subprocess
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LATE = 124  # the status of a command that was ended since it took too long, as timeout(1) has it


class Explained(Exception):
    """A failure in the user's words."""

    def __init__(self, message, hint):
        # type: (str, str) -> None
        Exception.__init__(self, message)
        self.message = message
        self.hint = hint


def attempt(command, patience, text=""):
    # type: (Sequence[str], float, str) -> tuple[int, str]
    """(status, what it said) of a command that is given ``text`` on its stdin; 127 without it."""
    environment = {"PATH": PATH, "LC_ALL": "C", "HOME": "/", "SYSTEMD_COLORS": "0"}
    try:
        process = subprocess.Popen(
            [encoded(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            close_fds=True,
        )
    except OSError as error:
        return 127, "%s: %s" % (command[0], error.strerror)
    late = []  # type: list[bool]

    def end():
        # type: () -> None
        late.append(True)
        process.kill()

    timer = threading.Timer(patience, end)  # Python 2 has no timeout of its own
    timer.start()
    try:
        output = process.communicate(encoded(text))[0]
    finally:
        timer.cancel()
    words = output.decode("utf-8", "replace")
    return (LATE, words) if late else (process.returncode, words)


def output(command, patience=60):
    # type: (Sequence[str], float) -> str
    """What a command says; raises Explained when it fails."""
    status, words = attempt(command, patience)
    if status:
        line = " ".join(command[:3])
        said = (words.strip().splitlines() or ["no end after %d seconds" % patience])[-1]
        raise Explained("'%s ...' failed: %s" % (line, said), "mend it and run the command again")
    return words


def encoded(text):
    # type: (str) -> bytes
    """Python's own idea of an argument depends on the locale."""
    if isinstance(text, bytes):
        return text
    if sys.version_info[0] > 2:
        return text.encode("utf-8", "surrogateescape")
    return text.encode("utf-8")


def write(path, text):
    # type: (str, str) -> None
    """Replace a file; its directory is made."""
    place = os.path.dirname(path)
    if not os.path.isdir(encoded(place)):
        os.makedirs(encoded(place), 0o755)
    temporary = path + ".new"
    with open(encoded(temporary), "wb") as handle:
        handle.write(encoded(text))
        handle.flush()
        os.fsync(handle.fileno())
    os.rename(encoded(temporary), encoded(path))
