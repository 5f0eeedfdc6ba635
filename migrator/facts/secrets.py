"""Where secrets lie."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Secret:
    """Something secret by kind and place; its value never leaves the host."""

    kind: str  # private-key | password-file | token | shadow | ssh-host-key
    path: str
    detail: str
