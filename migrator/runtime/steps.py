#!/usr/bin/python3
"""Run the steps of a hook in the order of their names; installed beside them on the target.

    steps prestart    called by the engine before the init starts; the OCI state is on stdin
    steps poststop    called by the unit after the container ended, however it ended

Every line that a step prints goes to syslog under the step's name.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict

HERE = Path(__file__).resolve().parent
REASONS = {"success": "stopped", "exit-code": "exited", "oom-kill": "oom"}


def main() -> int:
    hook = sys.argv[1]
    configuration = json.loads((HERE / "steps.json").read_text())
    context = {**os.environ, **_context(hook, configuration)}
    for name, options in sorted(configuration[hook].items()):
        if not _succeeds(HERE / f"{hook}.d" / name, options, context):
            _log(name, "failed" if options["on_failure"] == "warn" else "failed; giving up")
            if options["on_failure"] == "abort":
                return 1
    return 0


def _context(hook: str, configuration: Dict[str, Any]) -> Dict[str, str]:
    """What every step is told, the same for each engine."""
    known = {
        "MIGRATOR_NAME": configuration["name"],
        "MIGRATOR_HOST": configuration["host"],
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    }
    if hook == "prestart":
        state = json.loads(sys.stdin.read() or "{}")
        known["MIGRATOR_PID"] = str(state.get("pid", ""))
        known["MIGRATOR_ROOTFS"] = state.get("root", "")
        return known
    result = os.environ.get("SERVICE_RESULT", "")
    known["MIGRATOR_REASON"] = REASONS.get(result, "crashed")
    known["MIGRATOR_EXIT_STATUS"] = os.environ.get("EXIT_STATUS", "")
    return known


def _succeeds(step: Path, options: Dict[str, Any], context: Dict[str, str]) -> bool:
    for _ in range(options["retries"] + 1):
        try:
            done = subprocess.run(
                [str(step)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**context, **options["env"]},
                timeout=options["timeout"],
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            _log(step.name, str(error))
            continue
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            _log(step.name, line)
        if done.returncode == 0:
            return True
    return False


def _log(name: str, line: str) -> None:
    subprocess.run(["logger", "--tag", f"migrator-{name}", "--", line], check=False)


if __name__ == "__main__":
    sys.exit(main())
