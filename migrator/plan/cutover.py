"""What a cutover does about the host's databases."""

from __future__ import annotations

from migrator.facts import Facts
from migrator.plan import Cutover, Database

KNOWN = ("mysql", "postgresql", "redis", "mongodb", "sqlite")
REASON = "what is in memory is written before the stop, which is the shorter for it"


def cutover(found: Facts) -> Cutover:
    running = {s.name for s in found.services if s.kind == "database" and s.state == "running"}
    return Cutover(databases={name: Database(reason=REASON) for name in KNOWN if name in running})
