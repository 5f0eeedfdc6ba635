"""Connections to hosts: SSH, this machine, and containers on it."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from migrator.address import Address
from migrator.carrier import Result
from migrator.errors import UsageError
from migrator.transport import become
from migrator.transport.channel import Running
from migrator.transport.local import Local

log = logging.getLogger("migrator.transport")
OPENSSH = ("ssh", "smart", "ansible.builtin.ssh")
PARAMIKO = ("paramiko", "paramiko_ssh", "ansible.builtin.paramiko_ssh")
ENGINES = {
    "podman": "podman",
    "containers.podman.podman": "podman",
    "docker": "docker",
    "community.docker.docker": "docker",
}


class Link(Protocol):
    """A way to a host as the user that logs in."""

    name: str
    here: bool  # commands run on this machine, in its own file system
    forks: bool  # a forked process may open commands as well

    def open(self, command: Sequence[str]) -> AbstractContextManager[Running]: ...

    def terminal(self, command: Sequence[str]) -> int: ...

    def tunnel(self, port: int) -> AbstractContextManager[int]: ...


@contextlib.contextmanager
def connect(address: Address) -> Iterator[Host]:
    """An open connection. Raises Unreachable, HostKeyUnknown or BecomeFailed, each with a hint."""
    begun = time.monotonic()
    with _link(address) as link:
        way = address.connection, address.user or "its user", address.host or "here"
        log.info("%s: %s as %s to %s, %.1f s", address.name, *way, time.monotonic() - begun)
        plain = Host(link, None)
        root = become.find(address.name, plain.exchange, address) if address.become else None
        yield Host(link, root)


def _link(address: Address) -> AbstractContextManager[Link]:
    kind = address.connection
    if kind in ("local", "ansible.builtin.local"):
        return contextlib.nullcontext(Local(address.name))
    if kind in ENGINES:
        user = ["--user", address.user] if address.user else []
        words = [ENGINES[kind], "exec", "--interactive", *user, address.host]
        return contextlib.nullcontext(Local(address.name, words))
    from migrator.transport import openssh, ssh  # they are large, and this machine needs none

    if kind in OPENSSH and openssh.usable():
        return openssh.logged_in(address)
    if kind in OPENSSH + PARAMIKO:
        return ssh.logged_in(address)
    raise UsageError(
        f"{address.name}: connection {kind!r} cannot carry a snapshot",
        f"use ansible_connection ssh, paramiko, local, {' or '.join(sorted(ENGINES))}",
    )


class Host:
    """A link and how to become root on it: what the program calls a connection."""

    def __init__(self, link: Link, way: become.Become | None) -> None:
        self.name = link.name
        self.here = link.here and way is None
        self.forks = link.forks
        self.tunnel = link.tunnel
        self._link = link
        self._way = way

    def exchange(self, command: Sequence[str], data: bytes) -> Result:
        with self.start(command) as channel:
            # Written beside the reading: neither end can block the other.
            writing = threading.Thread(target=_give, args=(channel, data), daemon=True)
            writing.start()
            output = channel.stdout.read()
            end = channel.finish()
            writing.join()
        return Result(end.status, output, end.stderr)

    def terminal(self, command: Sequence[str]) -> int:
        """The status of ``command``, which has the terminal of this program while it runs."""
        return self._link.terminal(self._way.on_terminal(command) if self._way else command)

    @contextlib.contextmanager
    def start(self, command: Sequence[str]) -> Iterator[Running]:
        words = self._way.command(command) if self._way else command
        with self._link.open(words) as running:
            if self._way:
                self._way.enter(running)
            yield running


def _give(channel: Running, data: bytes) -> None:
    with contextlib.suppress(OSError):  # a command that ended without reading it all
        channel.stdin.write(data)
        channel.stdin.close()
