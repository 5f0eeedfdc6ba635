"""Carry the agent or the runtime to a host, ask it something, and turn its errors into ours."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import logging
import re
import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from migrator import bundle, errors
from migrator.agent import frames
from migrator.bundle import Program
from migrator.limits import UNLIMITED, Limits

log = logging.getLogger("migrator.carrier")
CUT = 255  # exit status for a command whose connection ended before it did, as ssh gives it
LAST_WORDS = 3.0  # seconds in which a program that broke its stream may say why


@dataclass(frozen=True)
class Result:
    """How a command on a host ended."""

    status: int
    stdout: bytes
    stderr: bytes


class Channel(Protocol):
    """A running command: its streams are pipes, ``finish`` waits for its end."""

    stdin: BinaryIO
    stdout: BinaryIO

    def finish(self) -> Result:
        """Close stdin and wait; ``stdout`` of the result is empty, its stream is the caller's."""
        ...

    def ended(self, patience: float) -> Result | None:
        """How the command ended, None when it still runs after ``patience`` seconds."""
        ...


class Connection(Protocol):
    """A way to one host. Commands run as root when the inventory says ``become``."""

    name: str
    here: bool  # commands run on this machine as this user: its files may be read directly
    forks: bool  # a forked process may start commands over it as well

    def exchange(self, command: Sequence[str], data: bytes) -> Result: ...

    def start(self, command: Sequence[str]) -> AbstractContextManager[Channel]: ...

    def tunnel(self, port: int) -> AbstractContextManager[int]:
        """Let the host reach our 127.0.0.1:``port``; gives the port on its own 127.0.0.1."""
        ...


class Waiting(Protocol):
    """A program of ours that is there already; migrator/session.py has it."""

    usable: bool

    def open(self, verb: str, params: dict[str, Any]) -> AbstractContextManager[Channel]: ...


Exchange = Callable[[Sequence[str], bytes], Result]


class Caller:
    """Asks one of our programs on a host for a JSON document."""

    def __init__(
        self,
        name: str,
        exchange: Exchange,
        prefix: tuple[str, ...] = (),
        limits: Limits = UNLIMITED,
    ) -> None:
        self.name = name
        self._exchange = exchange
        self._prefix = prefix
        self.limits = limits

    def call(self, program: Program, verb: str, params: dict[str, Any]) -> Any:
        """The program's answer. Raises the MigratorError that its failure stands for."""
        begun = time.monotonic()
        result = self._asked(program, verb, {**params, **self.limits.params})
        log.debug("%s: %s %s, %.2f s", self.name, program, verb, time.monotonic() - begun)
        return _document(self.name, program, result)

    def _asked(self, program: Program, verb: str, params: dict[str, Any]) -> Result:
        command = [*self._prefix, *bundle.command(program, verb, params)]
        return self._exchange(command, bundle.request(program, params))


class Carrier(Caller):
    """A Caller with a byte stream and a tunnel of its own."""

    def __init__(
        self,
        connection: Connection,
        name: str = "",
        prefix: tuple[str, ...] = (),
        limits: Limits = UNLIMITED,
    ) -> None:
        super().__init__(name or connection.name, connection.exchange, prefix, limits)
        self._connection = connection
        self.here = connection.here and not prefix
        self.forks = connection.forks
        self.tunnel = connection.tunnel
        self.sessions: dict[Program, Waiting] = {}

    def among(self, count: int) -> Carrier:
        """The same for one of ``count`` processes that read at once: they share its bandwidth."""
        one = copy.copy(self)
        one.limits = self.limits.shared(count)
        if count > 1:
            one.sessions = {}
        return one

    def inside(self, container: str, words: Sequence[str]) -> Carrier:
        """The same, within a container that runs on this host; ``words`` come before a command."""
        prefix = (*self._prefix, *words)
        return Carrier(self._connection, f"{container} on {self.name}", prefix)

    @contextlib.contextmanager
    def stream(self, program: Program, verb: str, params: dict[str, Any]) -> Iterator[Channel]:
        """The program's stdin and stdout; raises on leaving the block when the program failed."""
        log.debug("%s: %s %s as a stream", self.name, program, verb)
        with self._started(program, verb, {**params, **self.limits.params}) as channel:
            try:
                yield channel
                result = channel.finish()
            except errors.ProtocolError as error:
                # A stream that breaks off has a cause, which is the better sentence.
                last = channel.ended(LAST_WORDS)
                if last is None or last.status == 0:
                    raise
                raise _failure(self.name, program, last) from error
            if result.status:
                raise _failure(self.name, program, result)

    @contextlib.contextmanager
    def start(self, program: Program, verb: str, params: dict[str, Any]) -> Iterator[Channel]:
        """The program, started for this one verb."""
        command = [*self._prefix, *bundle.command(program, verb, params)]
        with self._connection.start(command) as channel:
            _give(channel, bundle.request(program, params))
            yield channel

    def _started(
        self, program: Program, verb: str, params: dict[str, Any]
    ) -> AbstractContextManager[Channel]:
        session = self.sessions.get(program)
        if session and session.usable:
            return session.open(verb, params)
        return self.start(program, verb, params)

    def _asked(self, program: Program, verb: str, params: dict[str, Any]) -> Result:
        session = self.sessions.get(program)
        if not (session and session.usable):
            return super()._asked(program, verb, params)
        with session.open(verb, params) as served:
            output = served.stdout.read()
            end = served.finish()
        return Result(end.status, output, end.stderr)


def _give(channel: Channel, data: bytes) -> None:
    try:
        channel.stdin.write(data)
        channel.stdin.flush()
    except OSError as error:
        raise errors.ProtocolError(f"the program could not be sent ({error})") from error


def _document(name: str, program: Program, result: Result) -> Any:
    stream = io.BytesIO(result.stdout)
    try:
        frames.skip_to_magic(stream)
        document = json.loads(frames.read_document(stream))
    except (frames.FrameError, ValueError, RecursionError) as error:
        if result.status:
            raise _failure(name, program, result) from None
        raise errors.ProtocolError(f"{name}: the {program}'s answer is broken ({error})") from error
    if isinstance(document, dict) and "error" in document:
        raise _explained(name, document["error"])
    return document


def _failure(name: str, program: Program, result: Result) -> errors.MigratorError:
    """The error for a program that could not answer at all."""
    words = result.stderr.decode("utf-8", "replace").strip().splitlines()
    if result.status == bundle.NO_PYTHON:
        return _no_python(name, program, words)
    if result.status == CUT:
        reason = f" ({words[-1]})" if words else ""
        return errors.Unreachable(
            f"the connection to {name} was cut{reason}",
            "run the same command again; what has arrived is kept",
        )
    last = words[-1] if words else "it said nothing"
    if any(line.startswith(("sudo:", "su:", "doas:")) for line in words[-3:]):
        return errors.BecomeFailed(
            f"{name}: cannot become root: {last}", "set ansible_become_password or allow NOPASSWD"
        )
    return errors.RemoteFailed(
        f"{name}: the {program} ended with status {result.status}: {last}",
        f"it said before: {' / '.join(words[-6:-1])}" if words[1:] else "run the stage again",
    )


def _no_python(name: str, program: Program, words: Sequence[str]) -> errors.NoPython:
    oldest = ".".join(map(str, bundle.OLDEST[program]))
    found = sorted({word for line in words for word in re.findall(r"^Python (\d[\w.+]*)", line)})
    others = f"; it has {' and '.join(found)}" if found else ""
    return errors.NoPython(
        f"{name} has no Python {oldest} or later (a whole one, not a minimal one){others}",
        "install one (package python3), or mount the host's disk elsewhere and read it with --root",
    )


def _explained(name: str, error: Any) -> errors.MigratorError:
    """The error that the program itself described as {message, hint, code}."""
    kinds = {kind.exit_code: kind for kind in errors.MigratorError.__subclasses__()}
    kind = kinds.get(error.get("code"), errors.RemoteFailed)
    return kind(f"{name}: {error.get('message')}", str(error.get("hint", "")))


def shell(command: Sequence[str]) -> str:
    """``command`` as one line for a login shell."""
    return shlex.join(command)
