"""What the package manager installed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    architecture: str
    status: str  # dpkg's "install ok installed", rpm's "installed"


@dataclass(frozen=True)
class Packages:
    installed: tuple[Package, ...] = ()
