"""What of the hooks lies on the target: the steps, their runner, and how the engine calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from migrator.hooks import Rendered, steps
from migrator.plan import Hook, Plan

PROGRAM = Path(__file__).resolve().parents[1]
RUNNER = ("__init__.py", "runtime/__init__.py")
ENGINE_HOOKS = "/usr/share/containers/oci/hooks.d"  # where podman looks by itself
MARGIN = 30  # seconds beyond what the steps may take
START = """\
#!/usr/bin/python3 -BI
# Runs the steps of {name}'s hooks: 'steps before', 'steps prestart', 'steps poststop'.
import sys

sys.path.insert(0, {lib!r})
from migrator.runtime.steps.main import Path, main

sys.exit(main(Path({place!r}), sys.argv[1]))
"""
Row = dict[str, Any]


def files(
    name: str,
    plan: Plan,
    rendered: Rendered,
    inside: Mapping[str, list[str]],
    results: str = "",
) -> list[Row]:
    """Of the container ``name``.

    ``inside``: the words with which the engine "run"s, "image", and "remove"s the short-lived
    container of a step that runs in one. ``results``: a file for how each step ended, when they
    are rehearsed.
    """
    place = f"/etc/migrator/{name}"
    engine = {
        "version": "1.0.0",
        "hook": {"path": f"{place}/steps", "args": ["steps", "prestart"]},
        "when": {"always": True},
        "stages": ["createRuntime"],
    }
    settings = f'[engine]\nhooks_dir = ["{ENGINE_HOOKS}", "{place}/engine"]\n'
    start = START.format(name=name, lib=f"{place}/lib", place=place)
    return [
        *(_file(f"{place}/lib/{path}", text) for path, text in runner()),
        _file(f"{place}/steps", start, 0o755),
        _file(f"{place}/steps.json", _text(_configuration(name, plan, inside, results)), 0o600),
        *_steps(name, plan, rendered, place),
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


def _configuration(name: str, plan: Plan, inside: Mapping[str, list[str]], results: str) -> Row:
    return {
        "name": name,
        "host": plan.host,
        "unit": f"{name}.service",
        "state": f"/var/lib/migrator/{name}/start.json",
        "inside": dict(inside),
        "mounts": [],
        "results": results,
        "prestart": {key: asdict(hook) for key, hook in plan.hooks.prestart.items()},
        "poststop": {key: asdict(hook) for key, hook in plan.hooks.poststop.items()},
    }


def _steps(name: str, plan: Plan, rendered: Rendered, place: str) -> Iterator[Row]:
    """A container sees the directory ``run`` of its own as /run/migrator."""
    visible = f"/var/lib/migrator/{name}/run/hooks"
    for step in steps(plan):
        inside = step.options.where == "container"
        text = rendered[step.path]
        yield _file(f"{visible if inside else place}/{step.path}", text, 0o755 if inside else 0o700)


def _file(path: str, content: str, mode: int = 0o644) -> Row:
    return {"path": path, "content": content, "mode": mode}


def _text(document: Row) -> str:
    return json.dumps(document, indent=1, sort_keys=True) + "\n"
