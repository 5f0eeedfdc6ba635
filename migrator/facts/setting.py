"""A line of configuration, as several subjects have it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """A line of configuration: a sysctl, a pam limit, a sudo rule."""

    where: str
    key: str
    value: str
    raw: str
