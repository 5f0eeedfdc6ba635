"""What a target is and has, for one host that is to move there. It decides nothing."""

import glob
import os
import re
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

from migrator.runtime import cgroups, claims, engine, engines, reach, traps, trial
from migrator.runtime.run import TARGET_UNFIT, Explained, attempt

SELINUX = Path("/sys/fs/selinux")
MODULES = Path("/lib/modules")
Part = Tuple[str, Callable[[], Any]]


def examine(params: Dict[str, Any]) -> Dict[str, Any]:
    """The document of migrator.facts.target. ``params`` has what the host would bring: "name",
    "engine", "ports", "volumes", "peers", "names", "modules", "init", "init_version", "ulimits",
    "limits", "capabilities", and "profile" to boot, or "" not to."""
    parts: List[Part] = [
        ("system", system),
        ("cgroups", cgroups.read),
        ("security", security),
        ("engine", lambda: {**engine.read(), **engines.choice(params)}),
        ("storage", lambda: engine.storage(engines.of(params).place())),
        ("traps", lambda: [trap._asdict() for trap in traps.found(engines.of(params), params)]),
        ("modules", lambda: modules(params["modules"])),
        ("claims", lambda: claims.read(params)),
        ("connections", lambda: reach.connections(params["peers"])),
        ("names", lambda: reach.names(params["names"])),
    ]
    if params["profile"]:
        parts.append(("boot", lambda: _boot(params)))
    document: Dict[str, Any] = {"taken_at": time.time()}
    failures = []
    for subject, read in parts:
        try:
            document[subject] = read()
        except Explained as error:
            failures.append({"subject": subject, "kind": "failed", "message": error.message})
        except (OSError, ValueError) as error:
            failures.append({"subject": subject, "kind": "failed", "message": str(error)})
    document["failures"] = failures
    return document


def _boot(params: Dict[str, Any]) -> Dict[str, Any]:
    """By quadlet alone: the profile is written for it."""
    chosen = engines.of(params)
    if chosen.name != "quadlet":
        message = (
            f"the dry boot is made by quadlet (podman 4.7), and this target uses {chosen.name}"
        )
        raise Explained(message, "", TARGET_UNFIT)
    return trial.boot(params["profile"], params["init"])


def system() -> Dict[str, Any]:
    memory = _numbers("/proc/meminfo")
    release = _release()
    flags = re.search(r"(?m)^(?:flags|Features)\s*:(.*)$", _text("/proc/cpuinfo"))
    return {
        "os_name": release.get("PRETTY_NAME", ""),
        "kernel": os.uname().release,
        "architecture": os.uname().machine,
        "cpus": len(os.sched_getaffinity(0)),
        "cpu_flags": sorted(flags.group(1).split()) if flags else [],
        "memory": memory.get("MemTotal", 0) << 10,
        "available": memory.get("MemAvailable", 0) << 10,
        "init": _word(["readlink", "-f", "/proc/1/exe"]).rpartition("/")[2],
        "vsyscall": _vsyscall(),
        "inotify": _inotify(),
        "synchronised": _word(["timedatectl", "show", "--property=NTPSynchronized", "--value"]),
    }


def _vsyscall() -> str:
    """As the kernel maps the page: emulate, xonly, or none."""
    page = re.search(r"(?m)^\S+ (\S+) .*\[vsyscall\]", _text("/proc/self/maps"))
    if not page:
        return "none"
    return "emulate" if page.group(1).startswith("r") else "xonly"


def _inotify() -> int:
    """Instances that are left of those for all processes of root, in containers too."""
    taken = 0
    for link in glob.iglob("/proc/[0-9]*/fd/*"):
        try:
            owner = os.stat(link.rpartition("/fd/")[0]).st_uid
            taken += owner == 0 and os.readlink(link) == "anon_inode:inotify"
        except OSError:
            continue  # it is closed by now
    return max(0, int(_text("/proc/sys/fs/inotify/max_user_instances") or 0) - taken)


def security() -> Dict[str, Any]:
    booleans = SELINUX / "booleans"
    manage = booleans / "container_manage_cgroup"
    enforcing = _text(SELINUX / "enforce").strip()
    return {
        "selinux": {"1": "enforcing", "0": "permissive"}.get(enforcing, "absent"),
        "manage_cgroup": _text(manage).split()[:1] != ["0"] if manage.exists() else True,
        "seccomp": "Seccomp:" in _text("/proc/self/status"),
    }


def modules(wanted: List[str]) -> Dict[str, str]:
    """Name -> loaded, builtin, available or absent; "" where the kernel's modules are not here."""
    place = MODULES / os.uname().release
    files = {kind: _text(place / ("modules." + kind)) for kind in ("builtin", "dep")}
    known = {kind: _modules(text) for kind, text in files.items()}
    return {name: _state(name, known) for name in wanted}


def _modules(text: str) -> "set[str]":
    """File names of modules, as the kernel writes their names."""
    found = re.findall(r"(?m)^(?:[^:\s]*/)?([^/:\s]+)\.ko", text)
    return {name.replace("-", "_") for name in found}


def _state(name: str, known: "Dict[str, set[str]]") -> str:
    plain = name.replace("-", "_")
    if Path("/sys/module", plain).exists():
        return "loaded"
    if plain in known["builtin"]:
        return "builtin"
    if plain in known["dep"]:
        return "available"
    return "absent" if known["dep"] else ""


def _release() -> Dict[str, str]:
    pairs = (line.partition("=") for line in _text("/etc/os-release").splitlines())
    return {key: value.strip("'\"") for key, _, value in pairs}


def _numbers(path: str) -> Dict[str, int]:
    found = re.findall(r"(?m)^(\w+):\s+(\d+)", _text(path))
    return {key: int(value) for key, value in found}


def _word(command: List[str]) -> str:
    return attempt(command).stdout.decode("utf-8", "replace").strip()


def _text(path: "Path | str") -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
