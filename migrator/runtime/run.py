"""The one gateway for commands on the target, and failures that can be explained."""

import contextlib
import subprocess
import threading
from typing import IO, Any, Iterator, Optional, Sequence

PATIENCE = 900  # seconds: pulling a large image takes its time


class Explained(Exception):
    """A failure in the user's words. ``code`` is the exit status that the toolkit ends with."""

    def __init__(self, message: str, hint: str, code: int) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


TARGET_UNFIT = 8
REMOTE_FAILED = 15


def output(command: Sequence[str], data: Optional[bytes] = None) -> str:
    """What ``command`` prints. Raises Explained with its last words when it fails."""
    done = attempt(command, data)
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        line = " ".join(command[:3])
        raise Explained(
            f"'{line} …' failed: {words[-1]}", "mend it and launch again", REMOTE_FAILED
        )
    return done.stdout.decode("utf-8", "replace")


def attempt(
    command: Sequence[str], data: Optional[bytes] = None
) -> "subprocess.CompletedProcess[bytes]":
    """The outcome, also of a command that fails or does not exist (status 127)."""
    try:
        return subprocess.run(
            list(command),
            input=data or b"",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
        )
    except FileNotFoundError:
        words = f"{command[0]} is not installed".encode()
        return subprocess.CompletedProcess(list(command), 127, b"", words)
    except subprocess.TimeoutExpired:
        words = f"no end after {PATIENCE} seconds".encode()
        return subprocess.CompletedProcess(list(command), 124, b"", words)


@contextlib.contextmanager
def filtered(command: Sequence[str], source: Any) -> Iterator[IO[bytes]]:
    """The output of ``command`` that reads all of ``source``. Raises Explained when it fails."""
    with subprocess.Popen(
        list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        feeding = threading.Thread(target=_feed, args=(source, process.stdin), daemon=True)
        feeding.start()
        try:
            yield process.stdout  # type: ignore[misc]  # it is a pipe
        except BaseException:
            process.kill()
            raise
        feeding.join()
    if process.returncode:
        words = "'{}' ended with status {}".format(command[0], process.returncode)
        raise Explained(words, "launch again", REMOTE_FAILED)


def _feed(source: Any, sink: Any) -> None:
    with contextlib.suppress(OSError):  # a reader that ended early says why itself
        for piece in iter(lambda: source.read(1 << 20), b""):
            sink.write(piece)
        sink.close()


def succeeds(command: Sequence[str]) -> bool:
    return attempt(command).returncode == 0
