"""Rules about what applications expect of the host that they run on."""

from __future__ import annotations

from migrator.assess.applications import behaviour, limits, software

__all__ = ["behaviour", "limits", "software"]
