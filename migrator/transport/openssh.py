"""SSH by OpenSSH's own client: whatever makes ``ssh HOST`` work for the user works for us.

Jump hosts, proxies, agents, certificates, hardware keys and aliases are its business. One master
connection carries all commands, so that a host is logged in to once; where the user keeps a master
of their own, for a login with a second factor, that one is used.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from migrator.address import Address
from migrator.carrier import Result, shell
from migrator.errors import HostKeyUnknown, Unreachable
from migrator.login import KEEPALIVE, PATIENCE
from migrator.transport.channel import Running
from migrator.transport.local import Local

READY = b"migrator-is-in"
HOLD = f"echo {READY.decode()}; exec cat"  # ends with its stdin, so with the controller
NOISE = 1 << 16  # bytes that a login shell may print before
ASK = "#!/bin/sh\nexec cat /proc/{process}/fd/{descriptor}\n"


def usable() -> bool:
    return shutil.which("ssh") is not None


@contextlib.contextmanager
def logged_in(address: Address) -> Iterator[OpenSsh]:
    """Raises Unreachable or HostKeyUnknown, each with a hint."""
    here = Local("this machine")
    plain = ["ssh", *_options(address)]
    if _run(here, [*plain, "-O", "check", address.host]).status == 0:
        yield OpenSsh(here, plain, address)
        return
    with tempfile.TemporaryDirectory(prefix="ssh-") as place:
        shared = [*plain, "-o", f"ControlPath={place}/master"]
        words = [*shared, "-o", "ControlMaster=yes", "-o", "ControlPersist=no"]
        if not address.password:
            words += ["-o", "BatchMode=yes"]
        with contextlib.ExitStack() as login:
            settings = login.enter_context(_answering(address, Path(place)))
            master = login.enter_context(here.open([*words, address.host, HOLD], settings))
            _wait_until_in(master, address)
            try:
                yield OpenSsh(here, [*shared, "-o", "ControlMaster=no"], address)
            finally:
                _run(here, [*shared, "-O", "exit", address.host])


def _options(address: Address) -> list[str]:
    """Ours come first, which makes them win: host keys are verified whatever is configured."""
    options = ["-o", "StrictHostKeyChecking=yes", "-o", "RequestTTY=no", *address.ssh_arguments]
    options += ["-o", f"ConnectTimeout={address.timeout}"]
    options += ["-o", f"ServerAliveInterval={KEEPALIVE}"]
    options += ["-o", f"ServerAliveCountMax={PATIENCE // KEEPALIVE}"]
    if address.port:
        options += ["-p", str(address.port)]
    if address.user:
        options += ["-l", address.user]
    if address.key_file:
        options += ["-i", address.key_file]
    return options


@contextlib.contextmanager
def _answering(address: Address, place: Path) -> Iterator[dict[str, str]]:
    """The environment in which ssh finds the password: in a file of memory alone, so that it is on
    no disk and gone with this process, whatever ends it."""
    if not address.password:
        yield {}
        return
    descriptor = os.memfd_create("answer")
    try:
        os.write(descriptor, f"{address.password}\n".encode())
        program = place / "ask"
        program.write_text(ASK.format(process=os.getpid(), descriptor=descriptor))
        program.chmod(0o700)
        display = os.environ.get("DISPLAY", "none")  # older clients ask for it
        yield {"SSH_ASKPASS": str(program), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": display}
    finally:
        os.close(descriptor)


def _wait_until_in(master: Running, address: Address) -> None:
    seen = b""
    while READY not in seen:
        piece = master.stdout.read1(4096)  # type: ignore[attr-defined]
        seen = (seen + piece)[-NOISE:]
        if not piece:
            raise _refused(address, master.finish())


def _refused(address: Address, result: Result) -> HostKeyUnknown | Unreachable:
    where = f"{address.name} ({address.host}{f':{address.port}' if address.port else ''})"
    lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
    text = "\n".join(lines)
    if "IDENTIFICATION HAS CHANGED" in text:
        return HostKeyUnknown(
            f"the host key of {where} differs from the known one",
            "find out why before you replace it in known_hosts",
        )
    if "Host key verification failed" in text:
        port = f"-p {address.port} " if address.port else ""
        return HostKeyUnknown(
            f"the host key of {where} is not known",
            f"check it and accept it once with 'ssh {port}{address.host}'",
        )
    last = lines[-1] if lines else f"ssh ended with status {result.status}"
    if "Permission denied" in text or "Too many authentication failures" in text:
        return Unreachable(
            f"{where} refuses to log in {address.user or 'the user'} ({last})",
            "check ansible_user and the key or password",
        )
    return Unreachable(
        f"cannot connect to {where}: {last}", "check the address, the network and its sshd"
    )


class OpenSsh:
    """``ssh``: the command up to the host's name; it finds the master connection."""

    here = False
    forks = True

    def __init__(self, here: Local, ssh: Sequence[str], address: Address) -> None:
        self.name = address.name
        self._here = here
        self._ssh = list(ssh)
        self._host = address.host

    @contextlib.contextmanager
    def open(self, command: Sequence[str]) -> Iterator[Running]:
        with self._here.open([*self._ssh, self._host, shell(command)]) as running:
            yield running

    def terminal(self, command: Sequence[str]) -> int:
        return self._here.terminal([*self._ssh, "-q", "-tt", self._host, shell(command)])

    @contextlib.contextmanager
    def tunnel(self, port: int) -> Iterator[int]:
        there = f"127.0.0.1:{{}}:127.0.0.1:{port}"
        done = _run(self._here, [*self._ssh, "-O", "forward", "-R", there.format(0), self._host])
        if done.status or not done.stdout.strip().isdigit():
            raise Unreachable(
                f"{self.name} refuses a reverse tunnel", "set AllowTcpForwarding yes in its sshd"
            )
        remote = int(done.stdout)
        try:
            yield remote
        finally:
            _run(self._here, [*self._ssh, "-O", "cancel", "-R", there.format(remote), self._host])


def _run(here: Local, command: Sequence[str]) -> Result:
    with here.open(command) as running:
        running.stdin.close()
        output = running.stdout.read()
        end = running.finish()
    return Result(end.status, output, end.stderr)
