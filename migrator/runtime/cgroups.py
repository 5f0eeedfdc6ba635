"""The control groups of the target."""

from pathlib import Path
from typing import Any, Dict

PLACE = Path("/sys/fs/cgroup")


def read() -> Dict[str, Any]:
    """{"mode", "controllers"}: v2, hybrid or v1, and the controllers that can be used."""
    unified = PLACE / "cgroup.controllers"
    if unified.exists():
        return {"mode": "v2", "controllers": unified.read_text().split()}
    mode = "hybrid" if (PLACE / "unified").exists() else "v1"
    rows = [line.split() for line in Path("/proc/cgroups").read_text().splitlines()]
    controllers = [row[0] for row in rows if row[0][:1] != "#" and row[-1] == "1"]
    return {"mode": mode, "controllers": controllers}
