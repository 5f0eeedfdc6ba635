"""What of the hooks lies on the target: the steps, their runner, and how the engine calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from migrator.hooks import steps
from migrator.plan import Hook, Plan
from migrator.workdir import Workdir

PROGRAM = Path(__file__).resolve().parents[1]
RUNNER = ("__init__.py", "runtime/__init__.py")
ENGINE_HOOKS = "/usr/share/containers/oci/hooks.d"  # where podman looks by itself
MARGIN = 30  # seconds beyond what the steps may take
START = """\
#!/usr/bin/python3 -BI
# Runs the steps of {host}'s hooks: 'steps before', 'steps prestart', 'steps poststop'.
import sys

sys.path.insert(0, {lib!r})
from migrator.runtime.steps.main import Path, main

sys.exit(main(Path({place!r}), sys.argv[1]))
"""
Row = dict[str, Any]


def files(work: Workdir, plan: Plan, inside: Mapping[str, list[str]]) -> list[Row]:
    """``inside``: the words with which the engine "run"s, "image", and "remove"s the short-lived
    container of a step that runs in one."""
    place = f"/etc/migrator/{work.host}"
    engine = {
        "version": "1.0.0",
        "hook": {"path": f"{place}/steps", "args": ["steps", "prestart"]},
        "when": {"always": True},
        "stages": ["createRuntime"],
    }
    settings = f'[engine]\nhooks_dir = ["{ENGINE_HOOKS}", "{place}/engine"]\n'
    start = START.format(host=work.host, lib=f"{place}/lib", place=place)
    return [
        *(_file(f"{place}/lib/{name}", text) for name, text in runner()),
        _file(f"{place}/steps", start, 0o755),
        _file(f"{place}/steps.json", _text(_configuration(work, plan, inside)), 0o600),
        *_steps(work, plan, place),
        _file(f"{place}/engine/prestart.json", _text(engine)),
        _file(f"{place}/containers.conf", settings),
    ]


def budget(hook: Mapping[str, Hook]) -> int:
    """Seconds that they may take in the worst case."""
    return MARGIN + sum((step.timeout + 1) * (step.retries + 1) for step in hook.values())


def runner() -> Iterator[tuple[str, str]]:
    """Its modules, with the names that they have here."""
    paths = [PROGRAM / name for name in RUNNER] + sorted((PROGRAM / "runtime/steps").glob("*.py"))
    for path in paths:
        yield f"migrator/{path.relative_to(PROGRAM)}", path.read_text()


def _configuration(work: Workdir, plan: Plan, inside: Mapping[str, list[str]]) -> Row:
    return {
        "name": work.host,
        "host": plan.host,
        "unit": f"{work.host}.service",
        "state": f"/var/lib/migrator/{work.host}/start.json",
        "inside": dict(inside),
        "mounts": [],
        "prestart": {key: asdict(hook) for key, hook in plan.hooks.prestart.items()},
        "poststop": {key: asdict(hook) for key, hook in plan.hooks.poststop.items()},
    }


def _steps(work: Workdir, plan: Plan, place: str) -> Iterator[Row]:
    """A container sees the directory ``run`` of its own as /run/migrator."""
    visible = f"/var/lib/migrator/{work.host}/run/hooks"
    for step in steps(plan):
        inside = step.options.where == "container"
        text = (work.hooks / step.path).read_text()
        yield _file(f"{visible if inside else place}/{step.path}", text, 0o755 if inside else 0o700)


def _file(path: str, content: str, mode: int = 0o644) -> Row:
    return {"path": path, "content": content, "mode": mode}


def _text(document: Row) -> str:
    return json.dumps(document, indent=1, sort_keys=True) + "\n"
