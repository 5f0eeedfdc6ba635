"""Why a container ended, by what the target's systemd and kernel know of it."""

import os
import re
import signal
from pathlib import Path
from typing import Any, Dict, NamedTuple

from migrator.runtime.steps.run import words

KILLED = 128 + signal.SIGKILL
# What the kernel ends an init with when the container switches itself off.
OFF = {128 + signal.SIGINT: "was powered off", 128 + signal.SIGHUP: "was rebooted"}
FIRST_NAMESPACE = 0xEFFFFFFC  # inode of the first namespace of processes, in every kernel
LATELY = 15  # seconds
TERMINATED = re.compile(r"Container \S+ terminated by signal (\w+)")
LATE = ("timeout", "watchdog", "protocol")


class Cause(NamedTuple):
    reason: str  # stopped | exited | crashed | oom | rebooted
    status: str  # as a shell has it: 128 and the number of a signal; "" when unknown
    words: str  # the end of a sentence that begins with the container's name


def why(unit: str, state: Dict[str, Any]) -> Cause:
    """Of the end of ``unit``, asked from its ExecStopPost; ``state`` is that of its start.

    Who stops a unit leaves a job of systemd's; what ends by itself leaves none.
    """
    result = os.environ.get("SERVICE_RESULT", "")
    status = _status(os.environ.get("EXIT_CODE", ""), os.environ.get("EXIT_STATUS", ""))
    status = _behind(unit) if status == "1" else status
    number = int(status or 0)
    if state.get("failed"):
        return Cause("exited", status, "did not start: %s" % state["failed"])
    if "stopping" in words(["systemctl", "is-system-running"]):
        return Cause("rebooted", status, "was stopped, the target goes down")
    jobs = (line.split() for line in words(["systemctl", "list-jobs", "--no-legend", unit]))
    if any(unit in job and {"stop", "restart"} & set(job) for job in jobs):
        late = ", and killed since it did not end in time" if number == KILLED else ""
        return Cause("stopped", status, "was stopped" + late)
    if result == "oom-kill" or (number == KILLED and _was_oom(state)):
        return Cause("oom", status, "was killed for lack of memory")
    if number in OFF:
        return Cause("exited", status, "%s from inside" % OFF[number])
    if number > 128:
        return Cause("crashed", status, "was killed by signal %d" % (number - 128))
    if result in LATE:
        return Cause("crashed", status, "did not start or stop in time (%s)" % result)
    return Cause("exited", status, "ended with exit status %s" % (status or "unknown"))


def _status(code: str, status: str) -> str:
    """systemd gives the name of a signal that ended its main process, and else a number."""
    if code in ("killed", "dumped"):
        return str(128 + getattr(signal, "SIG" + status, 0))
    return status if status.isdigit() else ""


def _behind(unit: str) -> str:
    """What ended the init where the engine ends with 1 for that: systemd-nspawn says the signal."""
    said = words(["journalctl", "--unit", unit, "--since=-%ds" % LATELY, "--output=cat"])
    found = [match.group(1) for match in map(TERMINATED.search, said) if match]
    return str(128 + getattr(signal, "SIG" + found[-1], 0)) if found else "1"


def _was_oom(state: Dict[str, Any]) -> bool:
    """Memory ran out in the unit's control group, or the kernel says that it killed the init.

    The kernel's numbers of processes are those of its first namespace. On a target that is itself
    in a container they are others, so there a kill of these seconds is taken for this one.
    """
    own = re.search(r"(?m)^0::(.*?\.service)(?:/|$)", _text("/proc/self/cgroup"))
    events = _text("/sys/fs/cgroup%s/memory.events" % own.group(1)) if own else ""
    if re.search(r"(?m)^oom_(?:group_)?kill [1-9]", events):
        return True
    pid = (state.get("oci") or {}).get("pid")
    nested = os.stat("/proc/self/ns/pid").st_ino != FIRST_NAMESPACE
    victim = re.compile(r"oom-kill:.*,pid=%s," % (r"\d+" if nested else pid))
    since = "--since=-%ds" % LATELY if nested else "--boot"
    said = words(["journalctl", "--dmesg", since, "--lines=2000", "--output=cat"])
    return bool(pid) and any(victim.search(line) for line in said)


def _text(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
