"""A program that stays and serves others, as several subjects have it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Daemon:
    """A program of a subject that is installed; ``flavour`` is a word of that subject."""

    flavour: str  # which of the known programs it is: cronie, rsyslog …
    path: str  # "/usr/sbin/crond"
    unit: str = ""  # the unit or init script that starts it, "" for none
    enabled: str = ""  # as of a unit: enabled | disabled | static | masked …
    pid: int = 0  # 0 when it does not run, or only a directory was read
    command: tuple[str, ...] = ()  # the arguments it runs with
    timezone: str = ""  # TZ in its environment, "" when it has none and follows the host
