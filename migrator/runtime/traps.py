"""What is known to go wrong between targets, engines and inits, seen before anything is changed."""

import re
import resource
import shutil
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Tuple

from migrator.runtime import cgroups
from migrator.runtime.engines import Engine
from migrator.runtime.inits import INITS
from migrator.runtime.run import attempt

UNIFIED = 232  # the first systemd that boots where there is only cgroup v2
LEGACY_ENDS = 256  # the first one that refuses to boot where there is only v1
CONTROLLERS = {"cpus": "cpu", "memory": "memory", "pids": "pids"}  # limit -> what sets it
SYS_RESOURCE = 24  # its bit
MANY = 1 << 20  # open files; programs of before 2016 close each of them one by one
BOOLEAN = Path("/sys/fs/selinux/booleans/container_manage_cgroup")
ENFORCING = Path("/sys/fs/selinux/enforce")
APPARMOR = Path("/sys/module/apparmor/parameters/enabled")
NR_OPEN = Path("/proc/sys/fs/nr_open")
STATUS = Path("/proc/self/status")
VERSION_2 = "boot the target with systemd.unified_cgroup_hierarchy=1"
VERSION_1 = "boot the target with systemd.unified_cgroup_hierarchy=0"
Row = Dict[str, Any]


class Trap(NamedTuple):
    """``fatal``: the container would not come up."""

    message: str
    hint: str
    fatal: bool


def found(engine: Engine, asked: Row) -> List[Trap]:
    """``asked``: "init", "init_version" (of systemd, 0 when unknown), "ulimits", "limits",
    "capabilities"."""
    traps = [*_limits(engine, asked["ulimits"]), *_controllers(asked["limits"])]
    if INITS[asked["init"]].systemd:
        traps += [*_groups(engine, asked["init_version"]), *_selinux()]
    if engine.name in ("quadlet", "podman", "docker"):
        traps += _apparmor(asked["capabilities"])
    if engine.name == "docker" and "nofile" not in asked["ulimits"]:
        traps += _endless()
    return traps


def _groups(engine: Engine, version: int) -> Iterator[Trap]:
    mode = cgroups.read()["mode"]
    if mode == "v2" and 0 < version < UNIFIED:
        yield Trap(f"systemd {version} needs cgroup v1, the target has v2 alone", VERSION_1, True)
    if mode != "v2" and version >= LEGACY_ENDS:
        yield Trap(f"systemd {version} needs cgroup v2, the target has {mode}", VERSION_2, True)
    if mode == "hybrid" and engine.name in ("quadlet", "podman"):
        show = ["podman", "info", "--format", "{{.Host.OCIRuntime.Name}}"]
        if attempt(show).stdout.strip() == b"crun":
            hint = VERSION_2 + ', or set runtime = "runc" in /etc/containers/containers.conf'
            yield Trap("crun gives a systemd no control groups where they are hybrid", hint, True)


def _controllers(limits: Dict[str, str]) -> Iterator[Trap]:
    there = cgroups.read()["controllers"]
    for key, controller in sorted(CONTROLLERS.items()):
        if key in limits and controller not in there:
            message = f"limit {key} needs the controller {controller}, which the target lacks"
            hint = "enable it, or have it delegated where the target is a container itself"
            yield Trap(message, f"{hint}; or take the limit away", True)


def _selinux() -> Iterator[Trap]:
    """Not fatal: recent policies know an init of a container by its label."""
    if _text(ENFORCING) == "1" and _text(BOOLEAN).startswith("0"):
        message = "SELinux may keep the init from its control groups"
        yield Trap(message, "setsebool -P container_manage_cgroup true", False)


def _apparmor(capabilities: Row) -> Iterator[Trap]:
    if _text(APPARMOR) != "Y":
        return
    if not shutil.which("apparmor_parser", path="/usr/sbin:/sbin:/usr/bin"):
        message = "AppArmor is on, and the engine cannot load its profile: nothing confines it"
        yield Trap(message, "install the package apparmor on the target", False)
    elif "SYS_ADMIN" in capabilities:
        message = "SYS_ADMIN is granted, but the engine's AppArmor profile refuses every mount"
        hint = "let the plan's sandbox take the settings away, or load a profile that has 'mount,'"
        yield Trap(message, hint, False)


def _limits(engine: Engine, ulimits: Dict[str, str]) -> Iterator[Trap]:
    most = int(_text(NR_OPEN) or 0)
    files = _hard(ulimits.get("nofile", ""))
    if files > most > 0:
        message = f"limit nofile is {files}, the target's kernel allows {most}"
        yield Trap(message, f"sysctl -w fs.nr_open={files}, and in /etc/sysctl.d", True)
    if _may_raise_limits():
        return
    if ulimits and engine.name in ("quadlet", "podman"):  # it sets these as soon as it sets one
        ulimits = {"nofile": str(MANY), "nproc": str(MANY), **ulimits}
    for key, text in sorted(ulimits.items()):
        known = getattr(resource, "RLIMIT_" + key.upper(), None)
        own = resource.getrlimit(known)[1] if known is not None else resource.RLIM_INFINITY
        if own != resource.RLIM_INFINITY and _hard(text) > own:
            message = (
                f"limit {key} is {_hard(text)}, and root of the target may not go beyond {own}"
            )
            hint = "the target lacks CAP_SYS_RESOURCE: raise the limit where it is started"
            yield Trap(message, hint, True)


def _endless() -> Iterator[Trap]:
    """Docker's containers have the limit of containerd, or dockerd where it starts its own."""
    for unit in ("containerd.service", "docker.service"):
        show = ["systemctl", "show", "--property=LimitNOFILE", "--value", unit]
        text = attempt(show).stdout.decode().strip()
        if text == "infinity" or _hard(text) > MANY:
            message = f"{unit} gives containers {text} open files, which old programs close in turn"
            yield Trap(message, f"set nofile in the plan's limits, as {MANY}:{MANY}", False)
            return


def _hard(text: str) -> int:
    """Of "soft:hard", or of one number for both; 0 for none."""
    number = text.rpartition(":")[2]
    return int(number) if number.isdigit() else 0


def _may_raise_limits() -> bool:
    bounding = re.search(r"(?m)^CapBnd:\s*([0-9a-f]+)", _text(STATUS))
    return not bounding or bool(int(bounding.group(1), 16) >> SYS_RESOURCE & 1)


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def told(traps: List[Trap]) -> Tuple[List[str], List[Trap]]:
    """The sentences of those that are not fatal, and the others."""
    mild = [f"{trap.message}; to change it: {trap.hint}" for trap in traps if not trap.fatal]
    return mild, [trap for trap in traps if trap.fatal]
