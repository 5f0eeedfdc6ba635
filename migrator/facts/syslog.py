"""Where log lines go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LogRule:
    kind: str  # file | remote | input | other
    where: str
    selector: str  # "local3.*"; module name for an input
    destination: str  # path, "host:port/udp"; "" for an input
    raw: str


@dataclass(frozen=True)
class Syslog:
    rules: tuple[LogRule, ...] = ()
