"""Numbers and strangers' words as people read them."""

from __future__ import annotations

from migrator.assess.finding import Level
from migrator.assess.prediction import Estimate

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
LEVELS = tuple(sorted(Level, reverse=True))  # the most serious first


def printable(text: str) -> str:
    """A stranger's words on one line, unable to steer what shows them."""
    escaped = (
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
    return "".join(escaped)


def size(number: float) -> str:
    """Bytes, in units of 1024: "812 B", "1.2 GB"."""
    unit = 0
    while number >= 999.5 and unit < len(UNITS) - 1:
        number, unit = number / 1024, unit + 1
    return (
        f"{number:.0f} {UNITS[unit]}"
        if unit == 0 or number >= 99.5
        else (f"{number:.1f} {UNITS[unit]}")
    )


def duration(seconds: float) -> str:
    """ "8 s", "12 min", "3.5 h", "2.1 days"."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 99.5 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.1f} days"


def between(value: Estimate | None) -> str:
    """ "8 s to 2 min"; "?" where nothing is known."""
    if value is None:
        return "?"
    low, high = duration(value.low), duration(value.high)
    return low if low == high else f"{low} to {high}"


def family(name: str) -> str:
    """Of a rule's id: "NET" of "NET-07"."""
    return name.rpartition("-")[0] or name
