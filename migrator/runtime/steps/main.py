"""Run the steps of a hook in the order of their names.

    steps before      called by the unit before the engine is: the steps 00 to 09 of prestart
    steps prestart    called by the engine before the init starts, with the OCI state on stdin: the
                      others. An engine without hooks calls it before the container, without state
    steps poststop    called by the unit after the container ended, however it ended

Every line that a step prints goes to syslog, with the tag migrator-<container>.
"""

import json
import re
import sys
import time
from pathlib import Path
from typing import Any, Dict, Optional

from migrator.runtime.steps.cause import Cause, why
from migrator.runtime.steps.output import log
from migrator.runtime.steps.run import run

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
EARLY = re.compile(r"0\d-")  # names of steps that need no container yet
LOST = Cause("rebooted", "", "was lost when the target went down")
UNSEEN = Cause("crashed", "", "ended, and nobody saw how")
Config = Dict[str, Any]  # steps.json; migrator/launch.py writes it
State = Dict[str, Any]  # of this start, kept until its poststop: boot, oci, root, mounts, failed


def main(place: Path, phase: str) -> int:
    """``place`` has steps.json and the steps."""
    config = dict(json.loads((place / "steps.json").read_text()), place=str(place))
    kept = Path(config["state"])
    state = _kept(kept)
    if phase == "poststop":
        _poststop(config, state, None)
        if kept.exists():
            kept.unlink()
        return 0
    if phase == "before":
        if state:  # nobody saw the end of what was started then
            _poststop(config, state, LOST if state["boot"] != _boot() else UNSEEN)
        state = {"boot": _boot()}
    else:
        state.update(_begun(sys.stdin.read()))
    steps = {
        name: options
        for name, options in config["prestart"].items()
        if bool(EARLY.match(name)) == (phase == "before")
    }
    state["failed"] = _failure(config, "prestart", steps, _context(config, state), state)
    _keep(kept, state)
    if state["failed"]:
        sys.stderr.write(state["failed"] + "\n")  # for the engine's own message
    return int(bool(state["failed"]))


def _boot() -> str:
    """Another one after each start of the target, also of one that is itself a container."""
    kernel = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    init = Path("/proc/1/stat").read_text().rpartition(")")[2].split()
    return "%s %s" % (kernel, init[19])  # its start, in ticks


def _poststop(config: Config, state: State, known: Optional[Cause]) -> None:
    cause = known or why(config["unit"], state)
    context = _context(config, dict(state, oci={}))
    context["MIGRATOR_REASON"] = cause.reason
    context["MIGRATOR_EXIT_STATUS"] = cause.status
    context["MIGRATOR_CAUSE"] = cause.words
    ended = {key: value for key, value in (state.get("oci") or {}).items() if key != "pid"}
    state = dict(state, oci=dict(ended, status="stopped"))
    _failure(config, "poststop", config["poststop"], context, state)


def _failure(
    config: Config, hook: str, steps: Dict[str, Any], context: Dict[str, str], state: State
) -> str:
    """Run ``steps``; the sentence of the one after which no other is run, or ""."""
    for name, options in sorted(steps.items()):
        begun = time.monotonic()
        for _ in range(options["retries"] + 1):
            problem = run(config, hook, name, context, json.dumps(state.get("oci") or {}))
            if not problem:
                break
            log(config["name"], "%s %s: %s" % (hook, name, problem))
        if config["results"]:
            took = round(time.monotonic() - begun, 2)
            row = {"hook": hook, "step": name, "problem": problem, "seconds": took}
            with open(config["results"], "a") as results:
                results.write(json.dumps(row) + "\n")
        if problem and options["on_failure"] == "abort":
            return "step %s of %s failed: %s" % (name, hook, problem)
    return ""


def _begun(given: str) -> State:
    """What the engine's state and the bundle's configuration say of the container to be."""
    oci = json.loads(given) if given.strip() else {}
    bundle = Path(oci.get("bundle") or "/nonexistent")
    try:
        found = json.loads((bundle / "config.json").read_text())
    except (OSError, ValueError):
        found = {}
    root = oci.get("root") or (found.get("root") or {}).get("path", "")
    mounts = [
        [mount["destination"], mount["source"]]
        for mount in found.get("mounts") or []
        if mount.get("source", "").startswith("/") and mount["source"].isprintable()
    ]
    return {"oci": oci, "root": str(bundle / root) if root else "", "mounts": mounts}


def _context(config: Config, state: State) -> Dict[str, str]:
    """What every step is told, the same for each engine; nothing of the caller's environment."""
    oci = state.get("oci") or {}
    mounts = state.get("mounts") or config["mounts"]
    return {
        "PATH": PATH,
        "LANG": "C.UTF-8",
        "MIGRATOR_NAME": config["name"],
        "MIGRATOR_HOST": config["host"],
        "MIGRATOR_PID": str(oci.get("pid") or ""),
        "MIGRATOR_ROOTFS": state.get("root") or "",
        "MIGRATOR_MOUNTS": "".join("%s\t%s\n" % tuple(mount) for mount in mounts),
    }


def _kept(path: Path) -> State:
    try:
        found: State = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _keep(path: Path, state: State) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(state))
    new.chmod(0o600)
    new.replace(path)
