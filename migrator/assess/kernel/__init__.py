"""Rules about the kernel: a container has none of its own, so all it needs of one is the
target's."""

from __future__ import annotations

from migrator.assess.kernel import modules, settings, userland, users

__all__ = ["modules", "settings", "userland", "users"]
