"""Mounts, fstab, swap, and where data lies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mount:
    path: str
    source: str
    fstype: str
    options: str
    size: int  # bytes; 0 for kernel file systems and where asking could hang
    used: int
    kind: str  # local | kernel | network | other


@dataclass(frozen=True)
class FstabLine:
    where: str
    source: str
    path: str
    fstype: str
    options: str
    raw: str


@dataclass(frozen=True)
class StateDirectory:
    """A directory among programs and data that belongs to a service's user: it is written to."""

    path: str
    user: str


@dataclass(frozen=True)
class Storage:
    mounts: tuple[Mount, ...] = ()
    fstab: tuple[FstabLine, ...] = ()
    swaps: tuple[str, ...] = ()
    state: tuple[StateDirectory, ...] = ()
