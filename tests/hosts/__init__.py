"""The golden hosts: lay one out in a directory and read it with the agent."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

from migrator.agent import facts as agent

HERE = Path(__file__).parent
HOSTS = sorted(path.parent.name for path in HERE.glob("*/tree"))
CASES = sorted((path.parents[1].name, path.stem) for path in HERE.glob("*/expected/*.json"))

WRITTEN = 1_700_000_000  # 2023-11-14, the time of every file: git keeps none
NOW = 1_795_500_000  # 2026-11-24 06:00 UTC, when each golden host is read


def lay_out(name: str, top: Path) -> str:
    """Copy the tree of a host below ``top``, with its owners and modes; needs root."""
    root = top / name
    shutil.copytree(HERE / name / "tree", root, symlinks=True)
    for place, directories, files in os.walk(root):
        for entry in (*directories, *files):
            _own(Path(place, entry))
            os.utime(f"{place}/{entry}", (WRITTEN, WRITTEN), follow_symlinks=False)
    attributes = HERE / name / "attributes"
    for line in attributes.read_text().splitlines() if attributes.exists() else ():
        mode, uid, gid, path = line.split(None, 3)
        os.chown(root / path, int(uid), int(gid), follow_symlinks=False)
        (root / path).chmod(int(mode, 8))
    return str(root)


def _own(path: Path) -> None:
    """Root's, and readable by all, whatever umask the repository was checked out with."""
    os.chown(path, 0, 0, follow_symlinks=False)
    if not path.is_symlink():
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def recording(name: str) -> list[tuple[list[str], str]] | None:
    """(command, output) of each recorded command, the most exact first; None for a mere disk."""
    files = sorted((HERE / name / "commands").glob("*"))
    found = []
    for path in files:
        command, _, output = path.read_bytes().decode("utf-8", "surrogateescape").partition("\n")
        found.append((shlex.split(command.removeprefix("$ ")), output))
    return sorted(found, key=lambda item: -len(item[0])) if files else None


def params(name: str, top: Path) -> dict[str, Any]:
    """What the agent's verb ``facts`` takes for a host that ``lay_out`` put below ``top``."""
    return {"root": lay_out(name, top), "recording": recording(name), "now": NOW}


def document(name: str, top: Path) -> dict[str, Any]:
    """The agent's facts of a golden host, as they arrive at the controller."""
    found: dict[str, Any] = json.loads(json.dumps(agent.facts(params(name, top))))
    return found
