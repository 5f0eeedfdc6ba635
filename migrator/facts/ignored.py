"""A file that its program passes over, as several subjects have it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ignored:
    """A file that looks as if it were read or run, and that this host passes over."""

    where: str
    reason: str  # name | owner | mode | links | newline | syntax | lines | not executable
    detail: str  # the name, the owner, the mode, the line that is meant
