"""Hosts with jobs, made for a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import TZPATH

from migrator.agent import cron
from migrator.agent.host import Host
from tests.agent.trees import grown

NOW = 1_768_478_400  # 2026-01-15 13:00 in Berlin, a Thursday
PASSWD = "root:x:0:0:root:/root:/bin/bash\nops:x:1000:1000::/home/ops:/bin/sh\nbroken:x\n"
DEBIAN = {"etc/debian_version": "12.1\n", "usr/sbin/cron": "", "etc/passwd": PASSWD}
REDHAT = {
    "etc/os-release": "ID=rhel\n",
    "usr/sbin/crond": "",
    "usr/bin/run-parts": "#!/bin/bash\n",
    "etc/passwd": PASSWD,
}


def zone_file(name: str) -> bytes:
    for place in TZPATH:
        if (path := Path(place) / name).exists():
            return path.read_bytes()
    import tzdata  # type: ignore[import-untyped]

    return (Path(tzdata.__file__).parent / "zoneinfo" / name).read_bytes()


def read(top: Path, files: dict[str, str], **found: Any) -> tuple[Host, dict[str, Any]]:
    root = Path(grown(top, files))
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc/localtime").write_bytes(zone_file("Europe/Berlin"))
    for spool in root.glob("var/spool/cron/crontabs/*"):
        spool.chmod(0o600)
    for path in root.glob("etc/cron.*/*"):
        path.chmod(0o755 if path.parent.name != "cron.d" else 0o644)
    host = Host(str(root))
    return host, cron.read(host, {"units": [], "processes": [], "taken_at": NOW, **found})


def by_command(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {job["command"]: job for job in said["jobs"]}


def clocks(job: dict[str, Any]) -> list[str]:
    return [run["local"][:16] for run in job["next"]]


def unit(name: str, origin: str = "systemd", user: str = "", **properties: str) -> dict[str, Any]:
    return {
        "name": name,
        "load": "loaded",
        "origin": origin,
        "user": user,
        "enabled": "enabled",
        "properties": properties,
    }
