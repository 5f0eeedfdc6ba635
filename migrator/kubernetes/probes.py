"""How the cluster sees whether the container serves: as the source did, if that is known."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from migrator.kubernetes.pod import COMES_UP, asking
from migrator.plan import Plan
from migrator.verify.probes import Probes


def readiness(plan: Plan, answers: Probes) -> dict[str, Any]:
    """The plan's own command; else the first page that the source answered well at a port that
    others reach; else its first such port; else the init's own word."""
    if plan.container.health:
        return {"exec": {"command": list(plan.container.health)}}
    reached = [int(key.partition("/")[0]) for key in sorted(plan.ports) if key.endswith("/tcp")]
    for url in sorted(plan.probes):
        parts, answer = urlsplit(url), answers.http.get(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        if port in reached and answer and 200 <= answer.status < 400:
            path = parts.path or "/"
            asked = f"{path}?{parts.query}" if parts.query else path
            return {"httpGet": {"path": asked, "port": port, "scheme": parts.scheme.upper()}}
    if reached:
        return {"tcpSocket": {"port": reached[0]}}
    return {"exec": {"command": asking(COMES_UP)}}
