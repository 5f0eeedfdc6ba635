"""What the init knows and starts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit known to the init. ``properties`` are systemd's own names and values, as printed."""

    name: str
    load: str  # loaded | masked | not-found
    active: str  # active | inactive | failed | activating
    sub: str  # running | exited | dead | waiting …
    enabled: str  # enabled | disabled | static | masked | generated | alias | indirect | ""
    origin: str  # systemd | sysv | upstart
    fragment: str  # path of the unit file or init script, "" if none
    drop_ins: tuple[str, ...]
    description: str
    user: str  # "" means root
    commands: tuple[str, ...]  # ExecStart lines
    environment_names: tuple[str, ...]  # names only: values may be secrets
    properties: dict[str, str]  # sandboxing, limits, capabilities, timeouts; only non-default ones
