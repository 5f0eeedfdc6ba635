"""What long work tells of itself."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    def update(self, done: int, total: int, label: str) -> None:
        """``done`` of ``total`` units are finished; ``total`` 0 means unknown."""
        ...


class Silent:
    """Nothing is told: in Ansible a task says all at its end."""

    def update(self, done: int, total: int, label: str) -> None:
        return
