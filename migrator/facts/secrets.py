"""Where secrets lie."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Secret:
    """Something secret by kind and place; its value never leaves the host.

    A ``private-key`` also is a keystore or the key of a VPN, a ``password-file`` a file that is
    made to hold passwords or tokens, a ``store`` one that a program keeps them in and writes to, a
    ``setting`` a line of a configuration or script, ``token`` what a unit gives to its service,
    ``process`` what a running process was given.
    """

    # private-key | ssh-host-key | password-file | store | keytab | shadow | setting | history |
    # token | process
    kind: str
    path: str  # the file; the program of a process
    detail: str  # what it is, the name of the setting or variable
    line: int = 0  # of the file, 0 for the whole of it
    mode: str = ""  # permissions of the file, octal, "0640"; "" for a unit or process
    uid: int | None = None  # who owns the file; None for a unit or process
