"""Which logs are rotated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rotation:
    where: str
    patterns: tuple[str, ...]
