"""Connections to hosts: paramiko for SSH, a subprocess for this machine."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from typing import BinaryIO, cast

import paramiko

from migrator.carrier import Channel, Connection, Result, shell
from migrator.errors import BecomeFailed, Unreachable, UsageError
from migrator.login import WINDOW, Address, login

STDERR_LIMIT = 1 << 16


@contextlib.contextmanager
def connect(address: Address) -> Iterator[Connection]:
    """An open connection. Raises Unreachable, HostKeyUnknown or BecomeFailed, each with a hint."""
    if address.connection == "local":
        yield Local(address.name)
    elif address.connection in ("ssh", "paramiko", "smart", "ansible.builtin.ssh"):
        client = login(address)
        try:
            yield Ssh(client, address)
        finally:
            client.close()
    else:
        raise UsageError(
            f"{address.name}: connection {address.connection!r} cannot carry a snapshot",
            "use ansible_connection ssh or local",
        )


class Local:
    """This machine."""

    here = True

    def __init__(self, name: str) -> None:
        self.name = name

    def exchange(self, command: Sequence[str], data: bytes) -> Result:
        done = subprocess.run(command, input=data, capture_output=True, check=False)
        return Result(done.returncode, done.stdout, done.stderr)

    @contextlib.contextmanager
    def start(self, command: Sequence[str]) -> Iterator[Channel]:
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
            try:
                yield _Running(process.stdin, process.stdout, process.stderr, process.wait)
            except BaseException:
                process.kill()
                raise

    @contextlib.contextmanager
    def tunnel(self, port: int) -> Iterator[int]:
        yield port


class Ssh:
    """A host over one SSH connection; every command is a channel of it."""

    here = False

    def __init__(self, client: paramiko.SSHClient, address: Address) -> None:
        self.name = address.name
        self._client = client
        self._password = b""
        self._become = self._find_become(address) if address.become else ()

    def exchange(self, command: Sequence[str], data: bytes) -> Result:
        with self.start(command) as channel:
            channel.stdin.write(data)
            channel.stdin.close()
            output = channel.stdout.read()
            end = channel.finish()
        return Result(end.status, output, end.stderr)

    @contextlib.contextmanager
    def start(self, command: Sequence[str]) -> Iterator[Channel]:
        channel = self._transport().open_session(window_size=WINDOW)
        try:
            channel.exec_command(shell([*self._become, *command]))
            running = _Running(
                cast(BinaryIO, channel.makefile_stdin("wb", 1 << 16)),
                cast(BinaryIO, channel.makefile("rb", 1 << 18)),
                cast(BinaryIO, channel.makefile_stderr("rb")),
                channel.recv_exit_status,
            )
            running.stdin.write(self._password)
            yield running
        finally:
            channel.close()

    @contextlib.contextmanager
    def tunnel(self, port: int) -> Iterator[int]:
        def accept(channel: paramiko.Channel, *_: object) -> None:
            threading.Thread(target=_join, args=(channel, port), daemon=True).start()

        transport = self._transport()
        try:
            remote = transport.request_port_forward("127.0.0.1", 0, accept)
        except paramiko.SSHException as error:
            raise Unreachable(
                f"{self.name} refuses a reverse tunnel", "set AllowTcpForwarding yes in its sshd"
            ) from error
        try:
            yield remote
        finally:
            transport.cancel_port_forward("127.0.0.1", remote)

    def _transport(self) -> paramiko.Transport:
        transport = self._client.get_transport()
        if transport is None or not transport.is_active():
            raise Unreachable(
                f"the connection to {self.name} was cut", "run the same command again"
            )
        return transport

    def _find_become(self, address: Address) -> tuple[str, ...]:
        """The prefix that makes a command run as root; the password, if any, goes to its stdin."""
        if address.become_method != "sudo":
            raise UsageError(
                f"{self.name}: become method {address.become_method!r} is not supported", "use sudo"
            )
        self._become = ()
        silent = self.exchange(["sudo", "-n", "true"], b"")
        if silent.status == 0:
            return ("sudo", "-n", "--")
        if not address.become_password:
            words = silent.stderr.decode("utf-8", "replace").strip() or "sudo is not there"
            raise BecomeFailed(
                f"{self.name}: {address.user} cannot become root ({words})",
                "set ansible_become_password (in a vault) or allow NOPASSWD",
            )
        password = address.become_password.encode() + b"\n"
        prefix = ("sudo", "-S", "-k", "-p", "", "--")
        if self.exchange([*prefix, "true"], password).status != 0:
            raise BecomeFailed(
                f"{self.name}: sudo did not accept the password of {address.user}",
                "correct ansible_become_password",
            )
        self._password = password
        return prefix


class _Running:
    """A started command; its stderr is drained by a thread, so that it can never block."""

    def __init__(self, stdin: object, stdout: object, stderr: object, wait: object) -> None:
        self.stdin = cast(BinaryIO, stdin)
        self.stdout = cast(BinaryIO, stdout)
        self._stderr = cast(BinaryIO, stderr)
        self._wait = wait
        self._words = bytearray()
        self._drain = threading.Thread(target=self._collect, daemon=True)
        self._drain.start()

    def finish(self) -> Result:
        with contextlib.suppress(OSError):
            self.stdin.close()
        status = self._wait()  # type: ignore[operator]
        self._drain.join(timeout=5)
        return Result(status, b"", bytes(self._words))

    def _collect(self) -> None:
        while piece := self._stderr.read(1024):
            self._words += piece
            del self._words[:-STDERR_LIMIT]


def _join(channel: paramiko.Channel, port: int) -> None:
    """Pump between a tunnel's channel and our own port until both sides are done."""
    with contextlib.closing(channel), socket.create_connection(("127.0.0.1", port)) as here:
        back = threading.Thread(target=_pump, args=(here, channel), daemon=True)
        back.start()
        _pump(channel, here)
        back.join()


def _pump(source: socket.socket | paramiko.Channel, sink: socket.socket | paramiko.Channel) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(1 << 17):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
