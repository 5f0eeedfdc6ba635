"""Rules about the target, which also get what was read of it."""

from __future__ import annotations

from migrator.assess.target import engine, network, room, userland

# Importing them registers rules.
SUBJECTS = (engine, userland, room, network)
