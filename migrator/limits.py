"""How gently a source is read, as a user asks for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from migrator.errors import UsageError

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
GENTLEST = 19


@dataclass(frozen=True)
class Limits:
    """``bandwidth``: bytes a second, 0 for no bound; ``nice``: added to the agent's; ``idle_io``:
    the agent reads the disk only when nobody else does."""

    bandwidth: int = 0
    nice: int = 0
    idle_io: bool = False

    @property
    def params(self) -> dict[str, Any]:
        """What is added to the agent's parameters."""
        return {"limits": asdict(self)} if self != Limits() else {}

    def shared(self, count: int) -> Limits:
        """For each of ``count`` streams at once."""
        return replace(self, bandwidth=-(-self.bandwidth // count))


UNLIMITED = Limits()


def read(value: Any) -> Limits:
    """Limits of a mapping with the keys of ``Limits``; bandwidth also as 10M. Raises UsageError."""
    if not isinstance(value, Mapping) or value.keys() - asdict(Limits()).keys():
        names = ", ".join(asdict(Limits()))
        raise UsageError(f"migrator_limits has unknown keys: {value!r}", f"known are {names}")
    try:
        nice = int(value.get("nice", 0))
    except (TypeError, ValueError):
        nice = -1
    if not 0 <= nice <= GENTLEST:
        raise UsageError(f"nice is {value['nice']!r}", f"give a number from 0 to {GENTLEST}")
    idle = str(value.get("idle_io", False)).lower() in ("true", "yes", "on", "1")
    return Limits(rate(str(value.get("bandwidth", 0))), nice, idle)


def rate(text: str) -> int:
    """Bytes a second of 500K, 10M or 1G. Raises UsageError."""
    found = re.fullmatch(r"(\d+)([KMG]?)", text.upper())
    if not found:
        raise UsageError(f"bandwidth {text!r} is no rate", "give bytes a second: 500K, 10M, 1G")
    return int(found[1]) * UNITS[found[2]]
