"""Rules about services that are known by name, and what starts, feeds and watches them."""

from __future__ import annotations

from migrator.assess.services import agents, data, machine, management, programs, starters

__all__ = ["agents", "data", "machine", "management", "programs", "starters"]
