"""Errors that a user can cause or mend: a sentence, what to do, a stable exit code.

An error of any other type is a bug in the toolkit and shows its traceback.
"""

from __future__ import annotations

from typing import ClassVar


class MigratorError(Exception):
    """``message`` says what and where; ``hint`` says what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message


class UsageError(MigratorError):
    """The command line or the inventory names something that does not exist."""

    exit_code = 2


class Unreachable(MigratorError):
    """No connection: name unknown, refused, timed out, or authentication failed."""

    exit_code = 3


class HostKeyUnknown(MigratorError):
    """The host's key is not in known_hosts, or differs from it."""

    exit_code = 4


class NoPython(MigratorError):
    """The host has no Python that the agent or the runtime can run on."""

    exit_code = 5


class BecomeFailed(MigratorError):
    """sudo (or another become method) did not let us in."""

    exit_code = 6


class NoSpace(MigratorError):
    """A disk of the controller or of the target is full."""

    exit_code = 7


class TargetUnfit(MigratorError):
    """The target cannot run the container: no engine, too old, port or name taken."""

    exit_code = 8


class PlanInvalid(MigratorError):
    """plan.yml has an unknown key, a wrong value, another schema or another host."""

    exit_code = 9


class Blocked(MigratorError):
    """The assessment found something that must be solved or waived first."""

    exit_code = 10


class Different(MigratorError):
    """verify found differences that the plan does not explain."""

    exit_code = 11


class ProtocolError(MigratorError):
    """A host sent what the protocol does not allow; nothing of it was used."""

    exit_code = 12


class StoreDamaged(MigratorError):
    """A blob, the index or a stage's file in the work directory is damaged or missing."""

    exit_code = 13


class Locked(MigratorError):
    """Another run works on the same host."""

    exit_code = 14


class RemoteFailed(MigratorError):
    """A program on the host failed in a way that it could explain only by its own words."""

    exit_code = 15


class LeftToDo(MigratorError):
    """A rollback could not finish: the message says what is left, step by step."""

    exit_code = 16


class SecretLeft(MigratorError):
    """A secret or a private key is in a finished image, and the plan does not say that it may."""

    exit_code = 17
