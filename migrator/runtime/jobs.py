"""Hold or release what runs by time, inside the running container and without a restart.

The file FLAG says which; adaptations make every scheduler and timer wait for it at a boot. Here it
is changed under a running init: the schedulers that waited are started, or stopped again.
"""

import re
import time
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

from migrator.runtime.inits import PLACE
from migrator.runtime.run import REMOTE_FAILED, Explained, attempt

STATE = Path("/var/lib/migrator")
INSIDE = "/run/migrator"  # where the container has the directory of ``place``, read-only
FLAG = f"{INSIDE}/released"
HOLD = "50-migrator-hold.conf"  # the name of each drop-in that tests the flag
UNFINISHED = "unfinished"
PATIENCE = 60  # seconds until a systemd that just began answers
# The queue, the number, and the minutes since 1970 of a job of at.
AT_JOB = re.compile(r"(?:.*/)?[A-Za-z][0-9a-f]{5}([0-9a-f]{8})$")
AT_SPOOLS = ("/var/spool/cron/atjobs", "/var/spool/at", "/var/spool/atjobs")
SKIPPED = "/var/spool/migrator-skipped"  # on the volume of the spool: nothing is lost

# What makes up for missed runs by itself is told that it just ran.
FORGET = r"""
if command -v anacron >/dev/null && [ -f /etc/anacrontab ]; then anacron -u; fi
for stamp in /var/lib/systemd/timers/stamp-* /home/*/.local/share/systemd/timers/stamp-* \
    /root/.local/share/systemd/timers/stamp-*; do
    if [ -f "$stamp" ]; then touch "$stamp"; fi
done
"""
# name:uid of those whose own systemd runs without a login.
LINGERING = r"""
for user in /var/lib/systemd/linger/*; do
    if uid=$(id -u "${user##*/}" 2>/dev/null) && [ -d "/run/user/$uid/systemd" ]; then
        echo "${user##*/}:$uid"
    fi
done
"""
# Init scripts that test the flag $2 and belong to a runlevel of a running host; $1: start or stop.
SCRIPTS = r"""
for script in $(grep -lsF "$2" /etc/init.d/*); do
    for link in /etc/rc[2-5].d/S[0-9][0-9]"${script##*/}"; do
        if [ -e "$link" ]; then
            "$script" "$1" >/dev/null 2>&1 </dev/null && echo "${script##*/}"
            break
        fi
    done
done
"""
# Run scripts in $1 that test the flag $2.
SUPERVISED = r"""
for run in $(grep -lsF "$2" "$1"/services/*/run); do
    place=${run%/run}
    "$1/bin/sv" -w 60 restart "$place" >/dev/null && echo "${place##*/}"
done
"""


def switch(inside: List[str], params: Dict[str, Any]) -> Dict[str, Any]:
    """{"changed", "since", "at", "units", "overdue"} for params {"name", "jobs": held | released,
    "init", "catch_up": skip | run_once, "check"}; ``inside``: the words before a command that is
    to run in the container.

    ``since`` and ``at``: when the jobs were switched before and now, in seconds since 1970, 0 for
    never; ``units`` were started or stopped; ``overdue`` are at jobs whose time has passed.
    """
    name, wanted = params["name"], params["jobs"] == "released"
    moments = place(name) / "switched"
    since = int(moments.read_text()) if moments.exists() else 0
    result = {"changed": False, "since": since, "at": since, "units": [], "overdue": []}
    if state(name) == params["jobs"]:
        return result
    result["changed"] = True
    if not params["check"]:
        result["at"] = int(time.time())  # from here on jobs run, or do not
        result.update(_switched(inside, params, wanted))
        moments.write_text(f"{result['at']}\n")
        (place(name) / UNFINISHED).unlink()
    return result


def _switched(inside: List[str], params: Dict[str, Any], wanted: bool) -> Dict[str, Any]:
    flag = place(params["name"]) / Path(FLAG).name
    runs = attempt([*inside, "true"]).returncode == 0
    if wanted and not runs:
        message = f"the container {params['name']} does not run"
        raise Explained(message, "launch it first", REMOTE_FAILED)
    flag.parent.mkdir(parents=True, exist_ok=True)
    (flag.parent / UNFINISHED).touch()
    overdue = _catch_up(inside, params["catch_up"] == "skip") if wanted else []
    if wanted:
        flag.touch()
    elif flag.exists():
        flag.unlink()
    # What the init starts from here on finds the flag as it is; what it tried before is switched.
    return {"units": INITS[params["init"]](inside, wanted) if runs else [], "overdue": overdue}


def place(name: str) -> Path:
    """The directory on the target with the flag of the container ``name``."""
    return STATE / name / "run"


def state(name: str) -> str:
    """held | released | unfinished, when a switch was begun and broke off."""
    if (place(name) / UNFINISHED).exists():
        return UNFINISHED
    return "released" if (place(name) / Path(FLAG).name).exists() else "held"


def _catch_up(inside: List[str], skip: bool) -> List[Dict[str, Any]]:
    """The at jobs whose time has passed. atd runs them at once, unless they are put aside."""
    listed = _lines([*inside, "find", *AT_SPOOLS, "-maxdepth", "1", "-type", "f"])
    overdue = sorted((moment, path) for path, moment in map(_at, listed) if moment)
    if skip:
        _lines([*inside, "sh", "-c", FORGET])
        for _, path in overdue:
            _lines([*inside, "mkdir", "-p", SKIPPED])
            _lines([*inside, "mv", path, SKIPPED])
    return [{"where": path, "due": moment} for moment, path in overdue]


def _at(path: str) -> Tuple[str, int]:
    """0 for what is not an at job, or not due."""
    found = AT_JOB.match(path)
    moment = int(found.group(1), 16) * 60 if found else 0
    return path, moment if moment <= time.time() else 0


def _systemd(inside: List[str], wanted: bool) -> List[str]:
    """Of the system and of each user with an own one."""
    changed = _manager([*inside, "systemctl"], wanted)
    for line in _lines([*inside, "sh", "-c", LINGERING]):
        user, _, uid = line.partition(":")
        environment = ["env", f"XDG_RUNTIME_DIR=/run/user/{uid}"]
        own = ["runuser", "-u", user, "--", *environment, "systemctl", "--user"]
        changed += [f"user@{uid}.service/{unit}" for unit in _manager([*inside, *own], wanted)]
    return changed


def _manager(systemctl: List[str], wanted: bool) -> List[str]:
    """Start the units that were refused a start while jobs were held, or stop what may run.

    To hold they are restarted: they stop, and the start is refused, so that a release finds them.
    """
    units = [unit for unit in _held(systemctl) if unit["ConditionTimestampMonotonic"] != "0"]
    names = [u["Id"] for u in units if (u["ConditionResult"] == "no") == wanted]
    if not names:
        return []
    done = attempt([*systemctl, "start" if wanted else "restart", *names])
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        hint = "mend it in the container and try again"
        raise Explained(f"the jobs cannot be switched: {words[0]}", hint, REMOTE_FAILED)
    active = {unit["Id"] for unit in _held(systemctl) if unit["ActiveState"] == "active"}
    return [name for name in names if (name in active) == wanted]


def _held(systemctl: List[str]) -> List[Dict[str, str]]:
    """The units with our drop-in, generated and templated ones too, as systemd has them now."""
    keys = ("Id", "ActiveState", "ConditionResult", "ConditionTimestampMonotonic", "DropInPaths")
    show = [*systemctl, "show", "--all", "*", "--property={}".format(",".join(keys))]
    end = time.time() + PATIENCE
    done = attempt(show)
    while done.returncode and time.time() < end:
        time.sleep(0.3)
        done = attempt(show)
    blocks = done.stdout.decode("utf-8", "replace").split("\n\n")
    units = [dict(line.split("=", 1) for line in b.splitlines() if "=" in line) for b in blocks]
    return [unit for unit in units if HOLD in unit.get("DropInPaths", "")]


def _scripts(inside: List[str], wanted: bool) -> List[str]:
    return _lines([*inside, "sh", "-c", SCRIPTS, "sh", "start" if wanted else "stop", FLAG])


def _supervised(inside: List[str], wanted: bool) -> List[str]:
    """Each run script waits for the flag when it begins."""
    names = _lines([*inside, "sh", "-c", SUPERVISED, "sh", PLACE, FLAG])
    return [name for name in names if name]


INITS = {"systemd": _systemd, "sbin-init": _scripts, "dumb-init": _supervised}


def _lines(command: Sequence[str]) -> List[str]:
    return attempt(command).stdout.decode("utf-8", "replace").splitlines()
