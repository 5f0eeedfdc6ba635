"""Commands of this machine, also those that lead into a container on it."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence

from migrator.errors import UsageError
from migrator.transport.channel import Running


class Local:
    """``prefix``: what makes a command run elsewhere, such as podman exec."""

    forks = True

    def __init__(self, name: str, prefix: Sequence[str] = ()) -> None:
        self.name = name
        self.here = not prefix
        self._prefix = tuple(prefix)

    @contextlib.contextmanager
    def open(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Iterator[Running]:
        pipe = subprocess.PIPE
        words = [*self._prefix, *command]
        settings = {**os.environ, **environment} if environment else None
        try:
            process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, env=settings)
        except FileNotFoundError as error:
            raise UsageError(f"{self.name} needs the command {words[0]}", "install it") from error
        with process:
            try:
                yield Running(process.stdin, process.stdout, process.stderr, _wait(process))
            except BaseException:
                process.kill()
                raise
            finally:
                with contextlib.suppress(OSError):  # what was not written when it ended
                    process.stdin.close()  # type: ignore[union-attr]

    def terminal(self, command: Sequence[str]) -> int:
        """Its status; it has our own terminal while it runs."""
        flag = ["--tty"] if self._prefix else []  # of podman exec, and docker exec
        words = [*self._prefix[:2], *flag, *self._prefix[2:], *command]
        try:
            return subprocess.call(words)
        except FileNotFoundError as error:
            raise UsageError(f"{self.name} needs the command {words[0]}", "install it") from error

    @contextlib.contextmanager
    def tunnel(self, port: int) -> Iterator[int]:
        if self._prefix:
            raise UsageError(
                f"{self.name}: a container of this machine cannot be reached by a tunnel",
                "name a host as the target",
            )
        yield port


def _wait(process: subprocess.Popen[bytes]) -> Callable[[float | None], int | None]:
    def wait(patience: float | None) -> int | None:
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            return None

    return wait
