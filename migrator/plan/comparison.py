"""What is asked of the source and of its container, beside what their facts say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Probe:
    """An answer to compare. ``body``: compare the digest of the body, not only the status."""

    body: bool
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """A command of a shell that is run on the source with the snapshot, and in the container."""

    command: str
    compare: Literal["output", "status", "at_least"] = "output"  # at_least: a number may grow
    reason: str = ""
    timeout: int = 30  # seconds


@dataclass(frozen=True)
class Query:
    """SQL that is asked on both sides, as the user who owns the database; it must only read."""

    database: Literal["mysql", "postgresql", "sqlite"]
    query: str
    of: str = ""  # the database's name; of sqlite the path of its file
    compare: Literal["output", "at_least"] = "output"  # at_least: while it serves, rows come in
    reason: str = ""
    timeout: int = 30  # seconds


@dataclass(frozen=True)
class TaskFile:
    """Tasks of Ansible that must succeed for the container as they did for the source."""

    script: str
    timeout: int = 60  # seconds
    reason: str = ""


@dataclass(frozen=True)
class Login:
    """A key of the controller that lets a user in, over ssh."""

    key: str  # path
    reason: str = ""
