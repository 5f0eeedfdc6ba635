"""Rules about what guards the host, who comes in, and what must stay secret."""

from __future__ import annotations

from migrator.assess.security import exposure, logins, policies, secrets

__all__ = ["exposure", "logins", "policies", "secrets"]
