"""What runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    user: str
    command: tuple[str, ...]
    exe: str
    unit: str  # "" when it runs in no unit
    capabilities: tuple[str, ...]  # effective ones, "CAP_NET_ADMIN"; empty for an ordinary process
