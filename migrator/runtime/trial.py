"""The dry boot: an init with the container's launch profile and none of the host's data.

The container is started as launch starts it, by a quadlet unit, on a root directory of a few
links: its /usr is the target's own. It shows whether the engine takes the profile, and whether an
init comes up with it and stops again. Nothing of it is left, and nothing of it survives a reboot.
"""

import contextlib
import os
import re
import shutil
import time
from pathlib import Path
from typing import Any, Dict, List

from migrator.runtime.inits import ASK, INITS
from migrator.runtime.run import attempt

NAME = "migrator-trial-"
PLACE = Path("/run")
UNITS = Path("/run/containers/systemd")
UP = 5.5  # seconds until its init must be up
DOWN = 3.0  # seconds until it must have stopped
PAUSE = 0.05
PROGRAMS = ("/usr/lib/systemd/systemd", "/lib/systemd/systemd")
LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
DIRECTORIES = ("dev", "etc/systemd/system", "proc", "root", "run", "sys", "tmp", "usr", "var/tmp")
BASIC = "/usr/lib/systemd/system/basic.target"
COLOURS = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")
# What the engine and systemd say of their own work, in the journal of the unit.
ROUTINE = re.compile(
    r"^(\d{4}-\d\d-\d\d .* (container|volume|image) |conmon \w+ <nwarn>: Failed to (add|open) "
    r"|Start(ing|ed) |Stopp(ing|ed) |[0-9a-f]{64}$|\S+\.service: |Failed to start |systemd \d"
    r"|Detected |Welcome |Queued )"
)
SYSTEMD = "/init --log-level=warning"
SHELL = "/bin/sh -c 'trap \"exit 0\" %s; echo running > /run/up; while :; do sleep 0.1; done'"
ASK_SHELL = ("cat", "/run/up")
TEXT = """\
[Unit]
Description=Dry boot of a launch profile by migrator
[Container]
ContainerName={name}
Rootfs={root}
Exec={init}
{profile}
PodmanArgs=--tty
{volumes}
[Service]
Restart=no
TimeoutStartSec=10
TimeoutStopSec=5
RuntimeMaxSec=30
"""


def boot(profile: str, init: str) -> Dict[str, Any]:
    """{"up", "down", "seconds", "reason"}: whether the init came up and stopped, and else why
    not. ``profile`` is lines of a quadlet's section Container; ``init`` is one of INITS. Only
    systemd is there to be booted: for the others a shell stands that heeds their signal."""
    _remove_left()
    name = NAME + str(os.getpid())
    place = PLACE / name
    begun = time.time()
    try:
        words = _start(name, place, profile, init)
        up = not words and _reaches(name, ASK if INITS[init].systemd else ASK_SHELL, UP)
        words = words or ("" if up else _reason(name, "its init does not come up in time"))
        down = up and _stops(name)
        if up and not down:
            words = "its init does not stop in %d seconds" % DOWN
    finally:
        _remove(name, place)
    return {"up": up, "down": down, "seconds": round(time.time() - begun, 2), "reason": words}


def _start(name: str, place: Path, profile: str, kind: str) -> str:
    """Why it does not even start, or ""."""
    init = next((path for path in PROGRAMS if Path(path).exists()), "")
    if not init:
        return "the target has no systemd to boot"
    volumes = scratch(place / "root", init)
    UNITS.mkdir(parents=True, exist_ok=True)
    text = TEXT.format(
        name=name,
        root=place / "root",
        init=SYSTEMD if INITS[kind].systemd else SHELL % INITS[kind].stop_signal[3:],
        profile=profile.strip(),
        volumes="\n".join(volumes),
    )
    (UNITS / (name + ".container")).write_text(text)
    attempt(["systemctl", "daemon-reload"])
    done = attempt(["systemctl", "start", name + ".service"])
    return _reason(name, done.stderr.decode().strip()) if done.returncode else ""


def scratch(root: Path, init: str) -> List[str]:
    """Make the root directory; what of the target's is bound into it, as lines of the unit."""
    for directory in DIRECTORIES:
        (root / directory).mkdir(parents=True)
    volumes = ["Volume=/usr:/usr:ro"]
    for name in LINKS:
        path = Path("/", name)
        if path.is_symlink():
            (root / name).symlink_to(os.readlink(str(path)))
        elif path.is_dir():
            (root / name).mkdir()
            volumes.append("Volume={0}:{0}:ro".format(path))
    for name in ("passwd", "group", "os-release"):
        shutil.copyfile("/etc/" + name, str(root / "etc" / name))
    (root / "etc/machine-id").touch()
    (root / "etc/systemd/system/default.target").symlink_to(BASIC)
    shutil.copy(init, str(root / "init"))
    attempt(["chcon", "-R", "-t", "container_file_t", str(root)])  # as the engine labels an image
    return volumes


def _reaches(name: str, ask: "tuple[str, ...]", patience: float) -> bool:
    end = time.time() + patience
    while time.time() < end:
        said = attempt(["podman", "exec", name, *ask])
        if said.stdout.decode().strip() in ("running", "degraded"):
            return True
        if not _is_active(name):
            return False
        time.sleep(PAUSE)
    return False


def _stops(name: str) -> bool:
    """By the signal that its profile names."""
    attempt(["systemctl", "stop", "--no-block", name + ".service"])
    end = time.time() + DOWN
    while time.time() < end:
        if not _is_active(name):
            return True
        time.sleep(PAUSE)
    return False


def _is_active(name: str) -> bool:
    state = attempt(["systemctl", "is-active", name + ".service"]).stdout.decode().strip()
    return state in ("active", "activating", "deactivating", "reloading")


def _reason(name: str, otherwise: str) -> str:
    """The last that its init and the engine said which tells something."""
    command = ["journalctl", "--unit", name + ".service", "--lines", "50", "--output", "cat"]
    said = COLOURS.sub("", attempt(command).stdout.decode("utf-8", "replace")).splitlines()
    lines = [line.strip() for line in said if line.strip() and not ROUTINE.match(line.strip())]
    errors = [line for line in lines if line.startswith("Error: ")]
    return " / ".join(errors[-1:] or lines[-3:]) or otherwise


def _remove_left() -> None:
    """What others left that were killed; the name has their pid."""
    for place in PLACE.glob(NAME + "*"):
        if not Path("/proc", place.name[len(NAME) :]).exists():
            _remove(place.name, place)


def _remove(name: str, place: Path) -> None:
    attempt(["podman", "rm", "--force", "--time", "0", "--ignore", name])
    attempt(["systemctl", "kill", "--signal", "KILL", name + ".service"])
    unit = UNITS / (name + ".container")
    if unit.exists():
        unit.unlink()
    attempt(["systemctl", "daemon-reload"])
    attempt(["systemctl", "reset-failed", name + ".service"])
    shutil.rmtree(str(place), ignore_errors=True)
    with contextlib.suppress(OSError):  # it is not empty: others use it
        UNITS.rmdir()
