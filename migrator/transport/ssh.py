"""SSH by paramiko: for machines without an SSH client of their own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence

import paramiko

from migrator.address import Address
from migrator.carrier import CUT, shell
from migrator.errors import Unreachable, UsageError
from migrator.login import WINDOW, login
from migrator.transport.channel import Running

GONE = (OSError, EOFError)  # what a socket says, and a channel, when the other end has closed


@contextlib.contextmanager
def logged_in(address: Address) -> Iterator[Ssh]:
    client = login(address)
    try:
        yield Ssh(client, address)
    finally:
        client.close()


class Ssh:
    """A host over one SSH connection; every command is a channel of it."""

    here = False
    forks = False  # one process alone can speak over its connection

    def __init__(self, client: paramiko.SSHClient, address: Address) -> None:
        self.name = address.name
        self._client = client

    @contextlib.contextmanager
    def open(self, command: Sequence[str]) -> Iterator[Running]:
        channel = self._transport().open_session(window_size=WINDOW)

        def wait(patience: float | None) -> int | None:
            if not channel.status_event.wait(patience):
                return None
            return CUT if channel.exit_status == -1 else channel.exit_status

        try:
            channel.exec_command(shell(command))
            yield Running(
                channel.makefile_stdin("wb", 1 << 16),
                channel.makefile("rb", 1 << 18),
                channel.makefile_stderr("rb"),
                wait,
            )
        finally:
            channel.close()

    def terminal(self, command: Sequence[str]) -> int:
        message = f"{self.name}: only OpenSSH's client passes a terminal on"
        raise UsageError(message, "install it (Debian: apt install openssh-client)")

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


def _join(channel: paramiko.Channel, port: int) -> None:
    """Pump between a tunnel's channel and our own port until both sides are done."""
    with (
        contextlib.suppress(*GONE),
        contextlib.closing(channel),
        socket.create_connection(("127.0.0.1", port)) as here,
    ):
        back = threading.Thread(target=_pump, args=(here, channel), daemon=True)
        back.start()
        _pump(channel, here)
        back.join()


def _pump(source: socket.socket | paramiko.Channel, sink: socket.socket | paramiko.Channel) -> None:
    with contextlib.suppress(*GONE):
        while piece := source.recv(1 << 17):
            sink.sendall(piece)
    with contextlib.suppress(*GONE):
        sink.shutdown(socket.SHUT_WR)
