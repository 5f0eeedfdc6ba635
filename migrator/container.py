"""A rich container as a task describes it, by hand or on top of a host's plan, and its states."""

from __future__ import annotations

import base64
import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from migrator import hooks, launch
from migrator.carrier import Caller, Carrier
from migrator.errors import PlanInvalid, UsageError
from migrator.hooks import own
from migrator.plan import SCHEMA, Plan
from migrator.plan import file as plan_file
from migrator.plan.merge import overlay
from migrator.store import Store
from migrator.store.layout import REF
from migrator.store.load import load
from migrator.vault import Passwords
from migrator.wanted import wanted
from migrator.workdir import Workdir

STATES = ("present", "started", "stopped", "restarted", "absent")
START: dict[str, launch.Start] = {"present": "running", "stopped": False}
CONTAINER = (
    *("engine", "network", "parent", "address", "gateway", "mac", "dns", "env", "labels"),
    *("restart", "health", "health_timeout", "command", "user", "stop_signal"),
)
PLAIN = ("init", "stop_timeout", "hooks")  # as the plan has them
LISTED = ("capabilities", "devices")  # name -> why
VALUED = ("sysctls", "limits")  # key -> value
BUILT = ("image", "volumes", "secrets")  # a host's own come from its snapshot and its build
NAMED = "the task names it"
EMPTY: dict[str, Any] = {
    **{"schema": SCHEMA, "init": "systemd", "jobs": "held", "stop_timeout": 90},
    **{"hooks": {"prestart": {}, "poststop": {}}, "identity": {}},
    **{key: {} for key in ("services", "paths", "adapt", "ports", "capabilities", "sysctls")},
    **{key: {} for key in ("limits", "probes", "waivers")},
}
Row = dict[str, Any]


def plan(given: Mapping[str, Any], work: Workdir | None) -> Plan:
    """What the parameters say, over the plan in ``work`` if there is one. Raises PlanInvalid."""
    name = given["name"]
    alone = {**EMPTY, "host": name, "network": {"hostname": name, "hosts": {}, "routes": {}}}
    base = plan_file.read(work.plan) if work else alone
    return plan_file.check(overlay(base, _choices(given)), f"the task for {name}", name)


def _choices(given: Mapping[str, Any]) -> Row:
    """The parameters that were set, as decisions of a plan."""
    told = {key: value for key, value in given.items() if value is not None}
    made: Row = {key: told[key] for key in PLAIN if key in told}
    for key in LISTED:
        if key in told:
            made[key] = {name: {"reason": NAMED} for name in told[key]}
    for key in VALUED:
        if key in told:
            made[key] = {name: {"value": str(value)} for name, value in told[key].items()}
    if "ports" in told:
        made["ports"] = {key: {"target": port} for key, port in told["ports"].items()}
    network = {key: told[key] for key in ("hostname", "hosts") if key in told}
    container = {key: told[key] for key in CONTAINER if key in told}
    return {**made, "network": network, "container": container}


def bring(
    target: Caller,
    given: Mapping[str, Any],
    work: Workdir | None,
    passwords: Passwords,
    check: bool,
) -> Row:
    """Into the state ``given["state"]``: the runtime's answer, and "volumes" that a removal left.
    ``target`` is a Carrier where ``ships`` says so."""
    name, state = given["name"], given["state"]
    asked = {"name": name, "check": check}
    if state == "absent":
        return dict(target.call("runtime", "remove", asked))
    if not ships(given, work):
        return dict(target.call("runtime", "stop", asked))
    assert isinstance(target, Carrier), "only it can ship"
    done = _launched(target, given, work, passwords, check, START.get(state, True))
    actions = list(done["actions"])
    if state == "stopped" and done["active"]:
        target.call("runtime", "stop", asked)
        actions.append(f"stop {name}.service")
    if state == "restarted" and f"start {name}.service" not in actions:
        target.call("runtime", "restart", asked)
        actions.append(f"restart {name}.service")
    if len(actions) > len(done["actions"]) and not check:
        done["state"] = target.call("runtime", "status", {"name": name})
    return {**done, "changed": bool(actions), "actions": actions}


def ships(given: Mapping[str, Any], work: Workdir | None) -> bool:
    """Whether something may have to be brought there. Raises UsageError for too little or much."""
    if work:
        doubled = [key for key in BUILT if given.get(key)]
        if doubled:
            hint = "leave it out, or describe the container without 'work'"
            raise UsageError(f"{doubled[0]} comes from the build in {work.root}", hint)
        return bool(given["state"] != "absent")
    if given.get("image"):
        return bool(given["state"] != "absent")
    if given["state"] not in ("stopped", "absent"):
        hint = "name an image, or the work directory of a host that was built"
        raise UsageError(f"nothing says what {given['name']} is made of", hint)
    return False


def _launched(
    target: Carrier,
    given: Mapping[str, Any],
    work: Workdir | None,
    passwords: Passwords,
    check: bool,
    start: launch.Start,
) -> Row:
    """By ``upgrade``, which takes a container back that does not become healthy."""
    verb: launch.Verb = "upgrade" if start is True else "launch"
    chosen = plan(given, work)
    if work:
        with work.lock("launch"):
            return launch.launch(target, work, chosen, passwords, check, verb, start)
    with _image(given["image"], given["name"]) as (store, image):
        state = wanted(chosen, given["name"], image, _volumes(given), _secrets(given))
        asked = launch.document(state, chosen, _steps(chosen))
        if store is None:
            params = {**asked, "start": start, "check": check}
            return dict(target.call("runtime", verb, params))
        return launch.call(target, store, verb, {**asked, "start": start, "check": check})


@contextlib.contextmanager
def _image(reference: str, name: str) -> Iterator[tuple[Store | None, Row]]:
    """What of it the target needs to know, and the store that has it; a registry has the others."""
    kind, _, rest = reference.partition(":")
    if kind == "oci":
        path, _, called = rest.partition(":")
        store = Store(Path(path))
        if not (store.path / "index.json").exists():
            raise UsageError(f"{path} is no OCI layout", "name the directory with its index.json")
        yield store, _described(store, called, name)
    elif kind == "oci-archive":
        with tempfile.TemporaryDirectory(prefix="migrator-") as place:
            store = Store(Path(place))
            load(store, Path(rest), name)
            yield store, _described(store, name, name)
    else:
        blank = {"repository": "", "manifest": "", "size": 0, "port": 0, "prefix": ""}
        yield None, {**blank, "tag": reference}


def _described(store: Store, called: str, name: str) -> Row:
    tags = {row["annotations"][REF]: row["digest"] for row in store.manifests()}
    if called not in tags and (called or len(tags) != 1):
        hint = f"name one as oci:{store.path}:NAME; it has {', '.join(sorted(tags)) or 'none'}"
        raise UsageError(f"{store.path} has no image {called or 'alone'}", hint)
    digest = tags.get(called) or next(iter(tags.values()))
    layers = store.document(digest)["layers"]
    return {
        "repository": name.lower(),
        "manifest": digest,
        "tag": f"localhost/migrator/{name.lower()}:{digest[7:19]}",
        "size": sum(layer["size"] for layer in layers),
        "zstd": launch.has_zstd(store, digest),
    }


def _volumes(given: Mapping[str, Any]) -> list[Row]:
    """They are empty at first."""
    return [
        {
            "name": row.get("name") or launch.claimed(given["name"], row["path"]),
            "path": row["path"],
            "blobs": [],
            "size": 0,
        }
        for row in given.get("volumes") or ()
    ]


def _secrets(given: Mapping[str, Any]) -> list[Row]:
    return [
        {
            "name": launch.claimed(given["name"], row["path"]),
            "path": row["path"],
            "uid": row["uid"],
            "gid": row["gid"],
            "mode": f"{int(row['mode'], 8):04o}",
            "data": base64.b64encode(row["content"].encode()).decode(),
        }
        for row in given.get("secrets") or ()
    ]


def _steps(chosen: Plan) -> hooks.Rendered:
    """Without a host there is nothing to generate a step from."""
    made = {}
    for step in hooks.steps(chosen):
        if not step.options.script:
            raise PlanInvalid(f"step {step.path} has no script", "name a file of yours for it")
        made[step.path] = own.script(step.name, step.options, chosen.host)
    return made
