"""Run a host's hooks around a scratch container, as its unit and its engine would.

The container has the target's own /usr and empty volumes, and only sleeps. What steps do to the
target itself, they do.
"""

import json
import shutil
import time
from pathlib import Path
from typing import Any, Dict, List

from migrator.runtime.launch import write
from migrator.runtime.run import TARGET_UNFIT, Explained, attempt
from migrator.runtime.trial import scratch

SHELL = "/bin/sh"  # its init: one that ends when it is told to
IDLE = "trap 'exit 0' TERM; sleep infinity & wait"
PAUSE, SETTLED = 0.1, 0.5  # seconds; the latter until the shell can be told to end
MOST = 1000  # lines of what the steps printed


def rehearse(params: Dict[str, Any]) -> Dict[str, Any]:
    """{"steps": [{"hook", "step", "problem", "seconds"}], "said": [line]}. ``params``: "name" of
    the scratch container, its "files", its "volumes" (paths), "patience" (seconds)."""
    name = params["name"]
    if attempt(["podman", "--version"]).returncode:
        hint = "name a target with podman; the steps themselves run with every engine"
        raise Explained("hooks are tried with podman, which is not here", hint, TARGET_UNFIT)
    _remove(name)
    begun = int(time.time())
    try:
        for item in params["files"]:
            write(Path(item["path"]), item["content"], item["mode"])
        problem = _start(name, params["volumes"], params["patience"])
        attempt(["systemctl", "stop", name + ".service"])
        results = Path("/run", name, "results")
        lines = results.read_text().splitlines() if results.exists() else []
    finally:
        _remove(name)
    if not lines:
        raise Explained("no step was run: " + problem, "see the target's journal", TARGET_UNFIT)
    return {"steps": [json.loads(line) for line in lines], "said": _said(name, begun)}


def _start(name: str, volumes: List[str], patience: int) -> str:
    """The last words of a unit that does not run, or ""."""
    root = Path("/run", name, "root")
    shown = [line.partition("=")[2] for line in scratch(root, SHELL)]
    place = "/etc/migrator/" + name
    Path("/var/lib/migrator", name, "run").mkdir(parents=True, exist_ok=True)
    unit = [
        "systemd-run",
        "--unit=" + name,
        "--service-type=exec",
        "--property=ExecStartPre=%s/steps before" % place,
        "--property=ExecStopPost=-%s/steps poststop" % place,
        "--property=TimeoutStartSec=%d" % patience,
        "--setenv=CONTAINERS_CONF_OVERRIDE=%s/containers.conf" % place,
    ]
    engine = ["podman", "run", "--rm", "--replace", "--name=" + name]
    engine += ["--volume=" + volume for volume in [*shown, *volumes]]
    done = attempt([*unit, *engine, "--rootfs", str(root), "/init", "-c", IDLE])
    end = time.time() + patience
    while time.time() < end and not _runs(name):
        if attempt(["systemctl", "is-active", name + ".service"]).stdout.strip() == b"failed":
            break
        time.sleep(PAUSE)
    else:
        time.sleep(SETTLED)
        return ""
    return done.stderr.decode("utf-8", "replace").strip()


def _runs(name: str) -> bool:
    state = ["podman", "container", "inspect", "--format", "{{.State.Status}}", name]
    return attempt(state).stdout.strip() == b"running"


def _said(name: str, begun: int) -> List[str]:
    tag = "migrator-" + name
    command = ["journalctl", "--identifier", tag, "--since=@%d" % begun, "--output=cat"]
    return attempt(command).stdout.decode("utf-8", "replace").splitlines()[:MOST]


def _remove(name: str) -> None:
    attempt(["systemctl", "stop", name + ".service"])
    attempt(["systemctl", "reset-failed", name + ".service"])
    attempt(["podman", "rm", "--force", "--time", "0", "--ignore", "--volumes", name])
    for top in ("/run", "/etc/migrator", "/var/lib/migrator"):
        shutil.rmtree(str(Path(top, name)), ignore_errors=True)
