"""Become root on a host: sudo, doas or su, without a terminal and without a word on a command line.

A password goes to the stdin of the method. What the host then reads from stdin must be only ours,
so the data waits until the command says that it has begun.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migrator.address import Address
from migrator.carrier import Result, shell
from migrator.errors import BecomeFailed, ProtocolError, UsageError
from migrator.transport.channel import Running

BEGUN = b"\nmigrator-is-root\n"
NOISE = 1 << 16  # bytes that may precede it
ENGLISH = ("env", "LC_ALL=C")  # so that what it says can be told apart
SILENT = ("-S", "-k", "-p", "")  # by which a method reads a password from its stdin
Exchange = Callable[[Sequence[str], bytes], Result]


@dataclass(frozen=True)
class Method:
    """``quiet`` never asks; ``asking`` reads a password from stdin, () for one that cannot.
    ``line``: the command is one word, for a shell."""

    quiet: tuple[str, ...]
    asking: tuple[str, ...]
    line: bool = False


METHODS = {
    "sudo": Method(("-k", "-n", "--"), ("-S", "-k", "-p", "", "--")),
    "doas": Method(("-n", "--"), ()),
    "su": Method(("-s", "/bin/sh", "root", "-c"), ("-s", "/bin/sh", "root", "-c"), line=True),
}


@dataclass(frozen=True)
class Become:
    """How a command becomes root's, as ``find`` found it to work."""

    prefix: tuple[str, ...]
    line: bool
    password: bytes = b""

    def command(self, command: Sequence[str]) -> list[str]:
        if self.password:
            mark = BEGUN.decode().replace("\n", r"\n")
            command = ["/bin/sh", "-c", f'printf "{mark}"; exec "$@"', "sh", *command]
        return [*self.prefix, *([shell(command)] if self.line else command)]

    def on_terminal(self, command: Sequence[str]) -> list[str]:
        """The same for a person, whom the method asks for the password itself."""
        asked = [word for word in self.prefix if not self.password or word not in SILENT]
        return [*asked, *([shell(command)] if self.line else command)]

    def enter(self, running: Running) -> None:
        """Hand over the password and wait until the command has begun."""
        if not self.password:
            return
        running.stdin.write(self.password)
        running.stdin.flush()
        seen = b""
        while not seen.endswith(BEGUN):
            piece = running.stdout.read(1)
            if not piece or len(seen) > NOISE:
                raise ProtocolError("the become method ended before the command began")
            seen += piece


def find(name: str, exchange: Exchange, address: Address) -> Become | None:
    """The way that works, None when we are root already. Raises BecomeFailed with a hint."""
    method = METHODS.get(address.become_method)
    if method is None or address.become_user != "root":
        raise UsageError(
            f"{name}: becoming {address.become_user} by {address.become_method} is not supported",
            f"become root by one of {', '.join(METHODS)}",
        )
    if exchange(["id", "-u"], b"").stdout.split()[-1:] == [b"0"]:
        return None
    program = (*ENGLISH, *(shlex.split(address.become_exe) or [address.become_method]))
    password = f"{address.become_password}\n".encode() if address.become_password else b""
    words = ""
    # A failed attempt with su counts against the account, one with sudo -n does not.
    if not (password and method.quiet == method.asking):
        quiet = Become((*program, *method.quiet), method.line)
        result = exchange(quiet.command(["true"]), b"")
        if result.status == 0:
            return quiet
        words = _last(result)
    if password and method.asking:
        asking = Become((*program, *method.asking), method.line, password)
        result = exchange(asking.command(["true"]), password)
        if result.status == 0:
            return asking
        words = _last(result)
    raise BecomeFailed(
        f"{name}: {address.user or 'the user'} cannot become root by {address.become_method}"
        f" ({words or 'it said nothing'})",
        _hint(address, words),
    )


def _last(result: Result) -> str:
    lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else ""


def _hint(address: Address, words: str) -> str:
    """What to do, by what the method said."""
    user = address.user or "the user"
    if "must have a tty" in words:
        return f"it demands a terminal: set 'Defaults:{user} !requiretty' in its sudoers"
    if "must be run from a terminal" in words:
        return "this su reads a password from a terminal only: use sudo"
    if address.become_method == "doas":
        return (
            f"doas reads a password from a terminal only: set 'permit nopass {user}' in doas.conf"
        )
    if "not found" in words or "No such file" in words:
        return "install it, or set ansible_become_method to what the host has"
    if address.become_password:
        return f"check ansible_become_password and what {user} may do"
    return "set ansible_become_password (in a vault) or allow it without a password"
