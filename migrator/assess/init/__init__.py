"""Rules about the init of a host, its units, and what runs without one."""

from __future__ import annotations

from migrator.assess.init import boot, processes, sandbox, shutdown, units

__all__ = ["boot", "processes", "sandbox", "shutdown", "units"]
