"""Which logs are rotated, how, by whom, and when they were last."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.facts.ignored import Ignored


@dataclass(frozen=True)
class Rotation:
    """A block: the logs of some patterns and what is done with them."""

    where: str  # of its opening brace
    patterns: tuple[str, ...]
    frequency: str = ""  # hourly | daily | weekly | monthly | yearly; "" when only size counts
    keep: int = 0  # how many old ones stay; -1 for all of them
    # In force here, the global ones before it included: "compress" to "", "create" to "0640 root
    # adm", "size" to "100M" …; what a "no…" takes back is not there
    options: dict[str, str] = field(default_factory=dict)
    # postrotate, prerotate, firstaction, lastaction, preremove to their text; secrets redacted
    scripts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rotated:
    path: str
    at: str  # "2026-03-01T06:25:00" by the host's clock


@dataclass(frozen=True)
class Logrotate:
    rotations: tuple[Rotation, ...] = ()
    defaults: dict[str, str] = field(default_factory=dict)  # in force at the end, as of a rotation
    ignored: tuple[Ignored, ...] = ()
    by: tuple[str, ...] = ()  # the jobs that run it, by their ``where`` in cron.jobs
    last: tuple[Rotated, ...] = ()  # as its state file says
