"""Bring the container into its wanted state on a target; the runtime there does the work."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from migrator import quadlet, ship
from migrator.carrier import Carrier
from migrator.plan import Plan
from migrator.store import Store
from migrator.workdir import Workdir, read_json, write_json

STEPS = Path(__file__).parent / "runtime" / "steps.py"
ENGINE_HOOKS = "/usr/share/containers/oci/hooks.d"  # where podman looks by itself
UNITS = "/etc/containers/systemd"
Row = dict[str, Any]


def launch(target: Carrier, work: Workdir, plan: Plan, check: bool) -> dict[str, Any]:
    """{"changed", "actions", "diff", "state"} as the runtime saw it; launch.json has the state."""
    wanted = spec(work, plan)
    store = Store(work.store)
    with ship.served(store) as (port, prefix), target.tunnel(port) as there:
        wanted["image"] |= {"port": there, "prefix": prefix}
        done: dict[str, Any] = target.call("runtime", "launch", {**wanted, "check": check})
    if not check:
        state = done["state"]
        record = {
            "name": wanted["name"],
            "target": target.name,
            "launched_at": state["started_at"],
            "inside": state["inside"],
        }
        write_json(work.launch, record)
    return done


def spec(work: Workdir, plan: Plan) -> dict[str, Any]:
    """Everything that the target needs to know, as data."""
    built = read_json(work.image, "build")
    name = work.host
    volumes = [
        {"name": claimed(name, path), "path": path, **blob}
        for path, blob in built["volumes"].items()
    ]
    secrets = [
        {**row, "name": claimed(name, path), "path": path, "mode": f"{row['mode']:04o}"}
        for path, row in sorted(read_json(work.secrets, "snapshot").items())
    ]
    tag = f"localhost/migrator/{built['repository']}:{built['manifest'][7:19]}"
    text = quadlet.unit(plan, name, tag, volumes, secrets)
    return {
        "name": name,
        "image": {
            "repository": built["repository"],
            "manifest": built["manifest"],
            "tag": tag,
            "size": built["size"],
        },
        "volumes": volumes,
        "secrets": [{"name": secret["name"], "data": secret["data"]} for secret in secrets],
        "files": [_file(f"{UNITS}/{name}.container", text), *_hooks(work, plan, name)],
        "ports": ports(plan),
        "init": plan.init,
        "jobs": plan.jobs,
        "catch_up": plan.jobs_catch_up,
        "sparse": built["sparse"],
    }


def ports(plan: Plan) -> list[list[Any]]:
    """[number, protocol] that the container takes on the target."""
    return [[port.target, inside.partition("/")[2]] for inside, port in plan.ports.items()]


def _hooks(work: Workdir, plan: Plan, name: str) -> list[Row]:
    place = f"/etc/migrator/{name}"
    steps = {
        "name": name,
        "host": plan.host,
        "prestart": {key: asdict(hook) for key, hook in plan.hooks.prestart.items()},
        "poststop": {key: asdict(hook) for key, hook in plan.hooks.poststop.items()},
    }
    engine = {
        "version": "1.0.0",
        "hook": {"path": f"{place}/steps", "args": ["steps", "prestart"]},
        "when": {"always": True},
        "stages": ["createRuntime"],
    }
    settings = f'[engine]\nhooks_dir = ["{ENGINE_HOOKS}", "{place}/engine"]\n'
    scripts = [
        _file(f"{place}/{path.parent.name}/{path.name}", path.read_text(), 0o755)
        for path in sorted(work.hooks.glob("*.d/*"))
    ]
    return [
        _file(f"{place}/steps", STEPS.read_text(), 0o755),
        _file(f"{place}/steps.json", json.dumps(steps, indent=1, sort_keys=True) + "\n"),
        *scripts,
        _file(f"{place}/engine/prestart.json", json.dumps(engine, indent=1) + "\n"),
        _file(f"{place}/containers.conf", settings),
    ]


def _file(path: str, content: str, mode: int = 0o644) -> Row:
    return {"path": path, "content": content, "mode": mode}


def claimed(host: str, path: str) -> str:
    """A name for a volume or secret that people recognise and that no other path shares."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-")[:60]
    return f"{host}-{readable}-{hashlib.sha256(path.encode()).hexdigest()[:6]}"
