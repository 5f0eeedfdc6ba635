"""What the kernel is told: sysctls, limits, modules."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.facts.setting import Setting


@dataclass(frozen=True)
class Kernel:
    sysctls: tuple[Setting, ...] = ()  # set by files, in the order in which they are applied
    limits: tuple[Setting, ...] = ()  # pam_limits; key is "domain type item"
    modules: tuple[str, ...] = ()
