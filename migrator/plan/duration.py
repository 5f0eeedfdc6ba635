"""Time spans as systemd prints them."""

from __future__ import annotations

DURATIONS = {"h": 3600, "min": 60, "s": 1, "ms": 0, "us": 0}


def seconds(duration: str) -> int:
    """Of a time span as systemd prints it: "1min 30s"."""
    total = 0
    for word in duration.split():
        number = word.rstrip("abcdefghijklmnopqrstuvwxyz")
        if number.isdigit():
            total += int(number) * DURATIONS.get(word[len(number) :], 0)
    return total
